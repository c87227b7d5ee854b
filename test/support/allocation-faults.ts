/** Everything that allocation rules may hold. */
export const FULL_RULES = {
  $schema: './allocation-rules.schema.json',
  rules: [
    {
      name: 'full',
      description: 'Everything at once.',
      match: {
        enrollment: ['a-*', 'b'],
        registrationId: '?x*',
        issuer: 'CN=Ünlü CA, O=Contoso',
        issuerThumbprint: ['a0'.repeat(20), 'B0'.repeat(32)],
        payload: { '': { exists: true }, '/a~1b/0': { in: ['x', 1, true, null] }, '/c': { equals: null } },
      },
      hubs: { 'Hub-A.azure-devices.net': 0.5, 'hub-b': 0 },
      initialTwin: { tags: { version: 1 }, properties: { desired: { count: 2 } } },
      payload: { any: { thing: [] } },
      sticky: false,
    },
    { name: 'denied', match: {}, deny: 'No.' },
    { name: 'rest', hubs: ['hub-a'] },
    { name: 'bare' },
  ],
};

/** Rules with one rule that has these members. */
export const oneRule = (members: object) => ({ rules: [{ name: 'r', ...members }] });

const TEXT = (longest: number) => `must be a text of 1 to ${longest} characters on one line`;
const ID = "must be 1 to 128 letters, digits, '-', '.', '_', ':', or the wildcards '*' and '?'";
const THUMBPRINT = 'must be a thumbprint of 40 (SHA-1) or 64 (SHA-256) hexadecimal digits';
const NO_HUB = 'must name at least one hub: {"hub.azure-devices.net": weight} or ["hub.azure-devices.net"]';
const KNOWN = 'name, description, match, deny, hubs, initialTwin, payload, sticky';
const AT_X = 'rules[0].match.payload["/x"]';

/** Rules with a fault that the JSON Schema sees, too, and how the parser reports it. */
export const RULE_FAULTS: readonly (readonly [unknown, string])[] = [
  [[], 'the rules: must be an object, and is an empty array'],
  [{}, 'rules: must be an array, and is missing'],
  [{ rules: [], rule: [] }, 'rule: is not known here, only $schema, rules are'],
  [{ rules: ['x'] }, 'rules[0]: must be an object, and is "x"'],
  [{ rules: [{}] }, `rules[0].name: ${TEXT(64)}, and is missing`],
  [oneRule({ name: 'a\nb' }), `rules[0].name: ${TEXT(64)}, and is "a\\nb"`],
  [oneRule({ name: 'x'.repeat(65) }), `rules[0].name: ${TEXT(64)}, and is "${'x'.repeat(65)}"`],
  [oneRule({ name: 'default' }), 'rules[0].name: is the name of the built-in rule, choose another, and is "default"'],
  [oneRule({ description: 7 }), `rules[0].description: ${TEXT(1000)}, and is 7`],
  [oneRule({ regstrationId: '*' }), `rules[0].regstrationId: is not known here, only ${KNOWN} are`],
  [
    oneRule({ match: { 'registration id': '*' } }),
    'rules[0].match["registration id"]: is not known here, only enrollment, registrationId, issuer, issuerThumbprint, payload are',
  ],
  [oneRule({ match: null }), 'rules[0].match: must be an object, and is null'],
  [
    oneRule({ match: { enrollment: [] } }),
    'rules[0].match.enrollment: must have at least one text, and is an empty array',
  ],
  [oneRule({ match: { enrollment: 'a b' } }), `rules[0].match.enrollment: ${ID}, and is "a b"`],
  [oneRule({ match: { registrationId: ['a', 7] } }), `rules[0].match.registrationId[1]: ${TEXT(1024)}, and is 7`],
  [
    oneRule({ match: { registrationId: '*'.repeat(129) } }),
    `rules[0].match.registrationId: ${ID}, and is 129 characters long`,
  ],
  [oneRule({ match: { issuer: '' } }), `rules[0].match.issuer: ${TEXT(1024)}, and is ""`],
  [oneRule({ match: { issuerThumbprint: 'A0' } }), `rules[0].match.issuerThumbprint: ${THUMBPRINT}, and is "A0"`],
  [oneRule({ match: { payload: {} } }), 'rules[0].match.payload: must have at least one JSON pointer, and is {}'],
  [
    oneRule({ match: { payload: { x: { exists: true } } } }),
    `rules[0].match.payload.x: must be a JSON pointer such as "/model/name": 'x' does not begin with '/'`,
  ],
  [oneRule({ match: { payload: { '/x': 'y' } } }), `${AT_X}: must be an object, and is "y"`],
  [oneRule({ match: { payload: { '/x': {} } } }), `${AT_X}: must have exactly one of equals, in, exists`],
  [
    oneRule({ match: { payload: { '/x': { equals: 1, exists: true } } } }),
    `${AT_X}: must have exactly one of equals, in, exists`,
  ],
  [
    oneRule({ match: { payload: { '/x': { equals: {} } } } }),
    `${AT_X}.equals: must be a text, a number, true, false or null, and is {}`,
  ],
  [
    oneRule({ match: { payload: { '/x': { in: [] } } } }),
    `${AT_X}.in: must be an array of at least one value, and is an empty array`,
  ],
  [
    oneRule({ match: { payload: { '/x': { in: [1, [2]] } } } }),
    `${AT_X}.in[1]: must be a text, a number, true, false or null, and is an array`,
  ],
  [oneRule({ match: { payload: { '/x': { exists: 1 } } } }), `${AT_X}.exists: must be true or false, and is 1`],
  [oneRule({ hubs: {} }), `rules[0].hubs: ${NO_HUB}, and is {}`],
  [oneRule({ hubs: [] }), `rules[0].hubs: ${NO_HUB}, and is an empty array`],
  [oneRule({ hubs: 'hub-a' }), `rules[0].hubs: ${NO_HUB}, and is "hub-a"`],
  [oneRule({ hubs: ['https://hub-a'] }), `rules[0].hubs[0]: must be a hub's host name, and is "https://hub-a"`],
  [oneRule({ hubs: { 'hub-a': '2' } }), 'rules[0].hubs["hub-a"]: must be a weight from 0 to 1000000, and is "2"'],
  [oneRule({ hubs: { 'hub-a': -1 } }), 'rules[0].hubs["hub-a"]: must be a weight from 0 to 1000000, and is -1'],
  [
    oneRule({ hubs: { 'hub-a': 1e9 } }),
    'rules[0].hubs["hub-a"]: must be a weight from 0 to 1000000, and is 1000000000',
  ],
  [oneRule({ deny: 'No.', sticky: false }), "rules[0].sticky: means nothing beside 'deny', leave one of them out"],
  [oneRule({ deny: '' }), `rules[0].deny: ${TEXT(1000)}, and is ""`],
  [oneRule({ sticky: 'false' }), 'rules[0].sticky: must be true or false, and is "false"'],
  [
    oneRule({ initialTwin: { desired: {} } }),
    'rules[0].initialTwin.desired: is not known here, only tags, properties are',
  ],
  [
    oneRule({ initialTwin: { properties: { reported: {} } } }),
    'rules[0].initialTwin.properties.reported: is not known here, only desired are',
  ],
  [oneRule({ initialTwin: { tags: [] } }), 'rules[0].initialTwin.tags: must be an object, and is an empty array'],
  [oneRule({ payload: 'x' }), 'rules[0].payload: must be an object, and is "x"'],
];

/** Rules with a fault that JSON Schema cannot say. */
export const RULE_FAULTS_BEYOND_SCHEMA: readonly (readonly [unknown, string])[] = [
  [{ rules: [{ name: 'a' }, { name: 'a' }] }, 'rules[1].name: must be of its own, rules[0] has it already, and is "a"'],
  [
    oneRule({ hubs: ['hub-a', 'HUB-A'] }),
    'rules[0].hubs[1]: must be there once: host names differ by more than case, and is "HUB-A"',
  ],
  [
    oneRule({ hubs: { 'hub-a': 0 } }),
    "rules[0].hubs: must have a weight above 0; to turn devices away give the rule a 'deny'",
  ],
];
