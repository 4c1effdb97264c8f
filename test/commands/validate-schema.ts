// A validator for the part of JSON Schema 2020-12 that docs/report.schema.json uses. Stricter in one point: a property that the
// schema does not name is an error, so that nothing in a report stays undescribed.

export type Schema = { readonly [keyword: string]: unknown };

const KNOWN = new Set([
  ...["$schema", "$defs", "$ref", "title", "description", "type", "const", "enum", "oneOf", "properties", "required", "items"],
  ...["additionalProperties", "propertyNames", "minItems", "maxItems", "minimum", "maximum", "pattern"],
]);

/** Problems, each with the path of the value. */
export function validate(value: unknown, schema: Schema, whole: Schema = schema, path = "$"): string[] {
  const unknown = Object.keys(schema).filter((keyword) => !KNOWN.has(keyword));
  if (unknown.length > 0) throw new Error(`the test's validator does not know ${unknown.join(", ")}`);
  if (typeof schema.$ref === "string") return validate(value, resolve(schema.$ref, whole), whole, path);
  const problems: string[] = [];
  const wrong = (what: string) => problems.push(`${path}: ${what}, not ${JSON.stringify(value)?.slice(0, 100)}`);
  if ("const" in schema && schema.const !== value) wrong(`must be ${JSON.stringify(schema.const)}`);
  if (Array.isArray(schema.enum) && !schema.enum.includes(value)) wrong(`must be one of ${schema.enum.join(", ")}`);
  if (schema.type !== undefined && ![schema.type].flat().some((type) => isOfType(value, String(type))))
    wrong(`must be ${String(schema.type)}`);
  if (Array.isArray(schema.oneOf)) {
    const tried = schema.oneOf.map((option: Schema) => validate(value, option, whole, path));
    if (tried.filter((found) => found.length === 0).length !== 1) problems.push(...tried.flat());
  }
  if (typeof value === "string" && typeof schema.pattern === "string" && !new RegExp(schema.pattern, "u").test(value))
    wrong(`must match ${schema.pattern}`);
  if (typeof value === "number") {
    if (typeof schema.minimum === "number" && value < schema.minimum) wrong(`must be at least ${schema.minimum}`);
    if (typeof schema.maximum === "number" && value > schema.maximum) wrong(`must be at most ${schema.maximum}`);
  }
  if (Array.isArray(value)) problems.push(...validateArray(value, schema, whole, path));
  else if (typeof value === "object" && value !== null && schema.type !== undefined)
    problems.push(...validateObject(value, schema, whole, path));
  return problems;
}

function validateArray(value: readonly unknown[], schema: Schema, whole: Schema, path: string): string[] {
  const { minItems = 0, maxItems = Number.POSITIVE_INFINITY } = schema as { minItems?: number; maxItems?: number };
  const length = value.length < minItems || value.length > maxItems ? [`${path}: ${value.length} items`] : [];
  return [...length, ...value.flatMap((item, i) => validate(item, schema.items as Schema, whole, `${path}[${i}]`))];
}

function validateObject(value: object, schema: Schema, whole: Schema, path: string): string[] {
  const properties = (schema.properties ?? {}) as Readonly<Record<string, Schema>>;
  const missing = ((schema.required ?? []) as string[]).filter((name) => !(name in value));
  return [
    ...missing.map((name) => `${path}: lacks ${name}`),
    ...Object.entries(value).flatMap(([name, item]) => {
      const names = schema.propertyNames === undefined ? [] : validate(name, schema.propertyNames as Schema, whole, `${path} (name)`);
      const own = properties[name] ?? (schema.additionalProperties as Schema | undefined);
      return own === undefined ? [`${path}: ${name} is not in the schema`] : [...names, ...validate(item, own, whole, `${path}.${name}`)];
    }),
  ];
}

function resolve(reference: string, whole: Schema): Schema {
  const name = reference.replace(/^#\/\$defs\//, "");
  const found = (whole.$defs as Readonly<Record<string, Schema>>)[name];
  if (found === undefined) throw new Error(`${reference} leads nowhere`);
  return found;
}

function isOfType(value: unknown, type: string): boolean {
  switch (type) {
    case "null":
      return value === null;
    case "array":
      return Array.isArray(value);
    case "integer":
      return Number.isInteger(value);
    case "object":
      return typeof value === "object" && value !== null && !Array.isArray(value);
    default:
      return typeof value === type;
  }
}
