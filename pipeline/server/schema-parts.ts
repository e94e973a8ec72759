/** What the JSON Schemas of the API are made of. */

export const text = (description?: string) => ({ type: 'string', ...(description ? { description } : {}) }) as const;
export const count = (description?: string) => ({ type: 'integer', ...(description ? { description } : {}) }) as const;
export const number = (description?: string) => ({ type: 'number', ...(description ? { description } : {}) }) as const;
export const flag = (description?: string) => ({ type: 'boolean', ...(description ? { description } : {}) }) as const;
/** OpenAPI 3.0 asks for null among the values of an enum as well; a reference cannot be made nullable, so none is given. */
export const orNull = <T extends object>(schema: T & { readonly $ref?: never; readonly enum?: readonly string[] }) => ({
  ...schema,
  nullable: true,
  ...(schema.enum ? { enum: [...schema.enum, null] } : {}),
});
export const list = (items: object, description?: string) =>
  ({ type: 'array', items, ...(description ? { description } : {}) }) as const;
export const choice = (...names: readonly string[]) => ({ type: 'string', enum: names }) as const;
export const ref = (name: string) => ({ $ref: `${name}#` }) as const;

export function record(properties: Readonly<Record<string, object>>, description?: string) {
  return { type: 'object', required: Object.keys(properties), properties, ...(description ? { description } : {}) };
}

const failures = { '4xx': ref('ApiError'), '5xx': ref('ApiError') };
export const answers = (schema: object) => ({ 200: { description: 'Success', ...schema }, ...failures });
export const noQuery = { type: 'object', additionalProperties: false, properties: {} } as const;
