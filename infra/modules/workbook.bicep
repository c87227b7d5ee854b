// One page in the portal: what needs somebody first, then what there is and what was done. Its queries are the alerts'.

param name string
param location string
param tags object
param title string
param applicationInsightsId string

var panels = [
  { title: 'No scan in this time', visualization: 'table', query: loadTextContent('../queries/no-scan.kql') }
  { title: 'What every scan in this time has missed', visualization: 'table', query: loadTextContent('../queries/incomplete-scans.kql') }
  { title: 'Nothing is managed', visualization: 'table', query: loadTextContent('../queries/nothing-managed.kql') }
  { title: 'Faults of the settings', visualization: 'table', query: loadTextContent('../queries/faulty-settings.kql') }
  { title: 'Refused: a person must act', visualization: 'table', query: loadTextContent('../queries/refused-renewals.kql') }
  { title: 'Given up until the next scan', visualization: 'table', query: loadTextContent('../queries/abandoned-renewals.kql') }
  { title: 'Overdue', visualization: 'table', query: loadTextContent('../queries/overdue-renewals.kql') }
  { title: 'Unmanaged, and about to expire or expired lately', visualization: 'table', query: loadTextContent('../queries/expiring-unmanaged.kql') }
  { title: 'Devices turned away', visualization: 'table', query: loadTextContent('../queries/denied-devices.kql') }
  { title: 'Failures of the webhook', visualization: 'table', query: loadTextContent('../queries/webhook-failures.kql') }
  { title: 'Moved to poison queues', visualization: 'table', query: loadTextContent('../queries/poison-messages.kql') }
  { title: 'Notifications and telemetry lost', visualization: 'table', query: loadTextContent('../queries/lost-reports.kql') }
  { title: 'Certificates', visualization: 'table', query: loadTextContent('../queries/certificates.kql') }
  { title: 'Renewals', visualization: 'table', query: loadTextContent('../queries/renewals.kql') }
  { title: 'Scans', visualization: 'linechart', query: loadTextContent('../queries/scans.kql') }
  { title: 'Allocation requests by hub', visualization: 'linechart', query: loadTextContent('../queries/allocations.kql') }
]

// Types 9 and 3 of a workbook's items: parameters, a query.
var timeRange = [
  {
    type: 9
    name: 'parameters'
    content: {
      version: 'KqlParameterItem/1.0'
      style: 'pills'
      parameters: [
        {
          id: guid(name, 'TimeRange')
          version: 'KqlParameterItem/1.0'
          name: 'TimeRange'
          label: 'Time'
          type: 4
          isRequired: true
          value: {
            durationMs: 172800000
          }
          typeSettings: {
            selectableValues: map([10800000, 86400000, 172800000, 604800000, 2592000000, 7776000000], duration => {
              durationMs: duration
            })
            allowCustom: true
          }
        }
      ]
    }
  }
]
var queries = [for (panel, index) in panels: {
  type: 3
  name: 'query-${index}'
  content: {
    version: 'KqlItem/1.0'
    title: panel.title
    query: panel.query
    size: 1
    noDataMessage: 'None.'
    noDataMessageStyle: 3
    timeContextFromParameter: 'TimeRange'
    queryType: 0
    resourceType: 'microsoft.insights/components'
    visualization: panel.visualization
  }
}]

resource workbook 'Microsoft.Insights/workbooks@2023-06-01' = {
  name: name
  location: location
  tags: tags
  kind: 'shared'
  properties: {
    displayName: title
    category: 'workbook'
    sourceId: applicationInsightsId
    version: '1.0'
    serializedData: string({
      version: 'Notebook/1.0'
      items: concat(timeRange, queries)
      fallbackResourceIds: [
        applicationInsightsId
      ]
    })
  }
}
