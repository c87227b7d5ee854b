// Who is told, and of what. Each rule fires while its query finds something; the queries say what that is, and the
// workbook shows the same ones.

param location string
param tags object

@description('Beginning of the rules\' names.')
param prefix string

param applicationInsightsId string

@description('Addresses that alerts are mailed to.')
param emails array

@description('Three intervals of the scan; as long as no scan may be missing.')
@allowed(['PT15M', 'PT30M', 'PT45M', 'PT1H', 'PT2H', 'PT3H', 'PT4H', 'PT5H', 'PT6H', 'P1D', 'P2D'])
param scanWindow string

// `by` are the columns that tell one alert of a rule from another; `every` how often the query runs, `over` how far back
// it looks.
var rules = [
  {
    name: 'no-scan'
    title: 'No scan has come to its end in three intervals'
    severity: 1
    query: loadTextContent('../queries/no-scan.kql')
    by: []
    every: 'PT15M'
    over: scanWindow
  }
  {
    name: 'incomplete-scans'
    title: 'Every scan in three intervals has missed the same'
    severity: 2
    query: loadTextContent('../queries/incomplete-scans.kql')
    by: ['target']
    every: 'PT15M'
    over: scanWindow
  }
  {
    name: 'nothing-managed'
    title: 'No CA is managed'
    severity: 1
    query: loadTextContent('../queries/nothing-managed.kql')
    by: []
    every: 'PT15M'
    over: scanWindow
  }
  {
    name: 'faulty-settings'
    title: 'Settings are wrong'
    severity: 1
    query: loadTextContent('../queries/faulty-settings.kql')
    by: []
    every: 'PT15M'
    over: scanWindow
  }
  {
    name: 'refused-renewals'
    title: 'A renewal is refused: a person must act'
    severity: 1
    query: loadTextContent('../queries/refused-renewals.kql')
    by: ['ca', 'vault', 'dps', 'reason']
    every: 'PT15M'
    over: 'P2D'
  }
  {
    name: 'abandoned-renewals'
    title: 'A renewal was given up until the next scan'
    severity: 2
    query: loadTextContent('../queries/abandoned-renewals.kql')
    by: ['ca', 'vault']
    every: 'PT15M'
    over: scanWindow
  }
  {
    name: 'overdue-renewals'
    title: 'A CA has been in its renewal window too long'
    severity: 1
    query: loadTextContent('../queries/overdue-renewals.kql')
    by: ['ca', 'vault']
    every: 'PT15M'
    over: scanWindow
  }
  {
    name: 'expiring-unmanaged'
    title: 'A CA certificate that nobody renews is about to expire, or has'
    severity: 2
    query: loadTextContent('../queries/expiring-unmanaged.kql')
    by: ['dps', 'entry']
    every: 'PT15M'
    over: scanWindow
  }
  {
    name: 'denied-devices'
    title: 'The webhook turns devices away'
    severity: 2
    query: loadTextContent('../queries/denied-devices.kql')
    by: ['enrollment', 'reason']
    every: 'PT5M'
    over: 'PT15M'
  }
  {
    name: 'webhook-failures'
    title: 'The webhook fails'
    severity: 1
    query: loadTextContent('../queries/webhook-failures.kql')
    by: []
    every: 'PT5M'
    over: 'PT15M'
  }
  {
    name: 'poison-messages'
    title: 'A message was moved to a poison queue'
    severity: 2
    query: loadTextContent('../queries/poison-messages.kql')
    by: ['queue']
    every: 'PT15M'
    over: 'PT1H'
  }
  {
    name: 'lost-reports'
    title: 'Notifications or telemetry are lost'
    severity: 3
    query: loadTextContent('../queries/lost-reports.kql')
    by: ['event']
    every: 'PT15M'
    over: scanWindow
  }
]

resource people 'Microsoft.Insights/actionGroups@2023-01-01' = {
  name: '${prefix}-people'
  location: 'global'
  tags: tags
  properties: {
    enabled: true
    groupShortName: 'dps-certs'
    emailReceivers: [for (email, index) in emails: {
      name: 'email-${index}'
      emailAddress: email
      useCommonAlertSchema: true
    }]
  }
}

resource rule 'Microsoft.Insights/scheduledQueryRules@2023-12-01' = [for item in rules: {
  name: '${prefix}-${item.name}'
  location: location
  tags: tags
  properties: {
    displayName: item.title
    description: 'What to do: docs/operations.md, "Alerts", ${item.name}.'
    severity: item.severity
    enabled: true
    autoMitigate: true
    scopes: [
      applicationInsightsId
    ]
    evaluationFrequency: item.every
    windowSize: item.over
    criteria: {
      allOf: [
        {
          query: item.query
          timeAggregation: 'Count'
          operator: 'GreaterThan'
          threshold: 0
          dimensions: map(item.by, column => {
            name: column
            operator: 'Include'
            values: [
              '*'
            ]
          })
          failingPeriods: {
            minFailingPeriodsToAlert: 1
            numberOfEvaluationPeriods: 1
          }
        }
      ]
    }
    // In a new resource a table may come with its first row; until then a query that names it does not validate.
    skipQueryValidation: true
    actions: {
      actionGroups: [
        people.id
      ]
    }
  }
}]
