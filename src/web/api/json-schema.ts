/**
 * JSON Schemas (draft 2020-12, as OpenAPI 3.1 has them) as plain data, in few words, with the types
 * of the values they describe. A library for it would be 370 modules in each web process.
 */
declare const described: unique symbol;

/** A schema of values T. */
export interface Schema<T = unknown> {
  readonly [keyword: string]: unknown;
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly maximum?: number;
  /** Characters. */
  readonly maxLength?: number;
  readonly pattern?: string;
  readonly type?: string | readonly string[];
  /** Only the compiler knows it. */
  readonly [described]?: T;
}

/** A property that may be missing. */
export interface Optional<T = unknown> {
  readonly optional: Schema<T>;
}

type Properties = Readonly<Record<string, Schema | Optional>>;
type Required<P extends Properties> = { [K in keyof P]: P[K] extends Optional ? never : K }[keyof P];
type ObjectOf<P extends Properties> = { readonly [K in Required<P>]: P[K] extends Schema<infer T> ? T : never } & {
  readonly [K in Exclude<keyof P, Required<P>>]?: P[K] extends Optional<infer T> ? T : never;
};

export interface ObjectSchema<T = unknown> extends Schema<T> {
  readonly type: 'object';
  readonly required?: readonly string[];
  readonly properties: Readonly<Record<string, Schema>>;
}

/** What a schema describes. */
export type Described<S extends Schema> = S extends Schema<infer T> ? T : never;

/** Other keywords of a schema: description, minimum, pattern ... */
type Keywords = Readonly<Record<string, unknown>>;

export const string = (keywords: Keywords = {}): Schema<string> => ({ type: 'string', ...keywords });
export const integer = (keywords: Keywords = {}): Schema<number> => ({ type: 'integer', ...keywords });
export const number = (keywords: Keywords = {}): Schema<number> => ({ type: 'number', ...keywords });
export const boolean = (keywords: Keywords = {}): Schema<boolean> => ({ type: 'boolean', ...keywords });

/** One of these words. */
export function oneOf<T extends string>(words: readonly T[], keywords: Keywords = {}): Schema<T> {
  return { type: 'string', enum: words, ...keywords };
}

/** A value, or null. */
export function orNull<T>({ type, ...schema }: Schema<T>): Schema<T | null> {
  return { type: [type as string, 'null'], ...schema };
}

export function array<T>(items: Schema<T>, keywords: Keywords = {}): Schema<readonly T[]> {
  return { type: 'array', items, ...keywords };
}

/** Any names, with values of one kind. */
export function mapOf<T>(values: Schema<T>, keywords: Keywords = {}): Schema<Readonly<Record<string, T>>> {
  return { type: 'object', additionalProperties: values, ...keywords };
}

/** One of the schemas under `components`, by its name. */
export function ref(name: string): Schema {
  return { $ref: `#/components/schemas/${name}` };
}

export function optional<T>(schema: Schema<T>): Optional<T> {
  return { optional: schema };
}

export function object<P extends Properties>(properties: P, keywords: Keywords = {}): ObjectSchema<ObjectOf<P>> {
  const all = Object.entries(properties);
  const isOptional = (property: Schema | Optional): property is Optional => 'optional' in property;
  const required = all.flatMap(([name, property]) => (isOptional(property) ? [] : [name]));
  return {
    type: 'object',
    ...(required.length > 0 ? { required } : {}),
    properties: Object.fromEntries(
      all.map(([name, property]) => [name, isOptional(property) ? property.optional : property]),
    ),
    ...keywords,
  };
}
