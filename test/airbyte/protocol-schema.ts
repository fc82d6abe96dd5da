/**
 * What a destination may write, as JSON Schema: the messages of airbyte_protocol.yaml 0.18.0 that a destination sends. Members that
 * the protocol does not know are not allowed here, apart from a STATE, which comes back as the source sent it.
 */
import { Ajv } from 'ajv';

const text = { type: 'string' };
const object = { type: 'object' };

/** An object with these members; those whose names end with `?` may be missing. */
function members(all: Readonly<Record<string, object>>): object {
  const named = Object.entries(all).map(([name, schema]) => [name.replace(/\?$/, ''), schema] as const);
  return {
    type: 'object',
    properties: Object.fromEntries(named),
    required: Object.keys(all).filter((name) => !name.endsWith('?')),
    additionalProperties: false,
  };
}

const one = (...values: readonly string[]): object => ({ enum: values });
const message = (type: string, member: string, schema: object): object =>
  members({ type: one(type), [member]: schema });

const SCHEMA = {
  oneOf: [
    message(
      'LOG',
      'log',
      members({
        level: one('FATAL', 'ERROR', 'WARN', 'INFO', 'DEBUG', 'TRACE'),
        message: text,
        'stack_trace?': text,
      }),
    ),
    message('STATE', 'state', {
      type: 'object',
      properties: { destinationStats: members({ recordCount: { type: 'number' } }) },
      required: ['destinationStats'],
    }),
    message(
      'TRACE',
      'trace',
      members({
        type: one('ERROR'),
        emitted_at: { type: 'number' },
        error: members({
          message: text,
          internal_message: text,
          failure_type: one('system_error', 'config_error', 'transient_error'),
          'stack_trace?': text,
          'stream_descriptor?': members({ name: text, 'namespace?': text }),
        }),
      }),
    ),
    message(
      'CONNECTION_STATUS',
      'connectionStatus',
      members({ status: one('SUCCEEDED', 'FAILED'), 'message?': text }),
    ),
    message(
      'SPEC',
      'spec',
      members({
        connectionSpecification: object,
        supportsIncremental: { type: 'boolean' },
        supportsNormalization: { type: 'boolean' },
        supportsDBT: { type: 'boolean' },
        supported_destination_sync_modes: {
          type: 'array',
          items: one('append', 'overwrite', 'append_dedup', 'update', 'soft_delete'),
        },
      }),
    ),
  ],
};

const ajv = new Ajv({ allErrors: true });
const validate = ajv.compile(SCHEMA);

/** Throws for a line that is no message of the protocol. */
export function checkMessage(line: string): void {
  if (validate(JSON.parse(line))) return;
  throw new Error(`not a message of Airbyte's protocol: ${line}\n${ajv.errorsText(validate.errors)}`);
}
