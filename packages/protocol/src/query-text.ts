import { z } from 'zod';

/**
 * Turns query text into the number or boolean that the schema wants; leaves any other text for the schema to refuse.
 */
export function fromText(schema: z.core.$ZodType): z.ZodType {
  // Leaves out the names of schemas, which would become references.
  const { type } = z.toJSONSchema(schema, { unrepresentable: 'any', metadata: z.registry() });
  return z.preprocess((text) => {
    if (type === 'integer' && typeof text === 'string' && /^\d{1,16}$/.test(text)) return Number(text);
    if (type === 'boolean' && (text === 'true' || text === 'false')) return text === 'true';
    return text;
  }, schema);
}
