export interface RowFilter { readonly errors: LoadError[]; begin(file: string): void; push(chunk: Buffer): Buffer; end(): Buffer; }
import type { LoadError } from './load-errors.ts';
import type { CopyStatement } from './sql/statement.ts';
export class TooManyErrors extends Error {}
export interface TargetColumn { readonly name: string; readonly type: string; readonly notNull: boolean; readonly hasDefault: boolean; readonly byteLimit?: number }
export function makeRowFilter(_columns: readonly TargetColumn[], _copy: CopyStatement): RowFilter {
  return { errors: [], begin: () => undefined, push: (chunk) => chunk, end: () => Buffer.alloc(0) };
}
export function filteredFormat(copy: CopyStatement): string { return copy.nullAs === '\\N' ? "FORMAT csv, NULL '\\\\N'" : `FORMAT csv, NULL ''`; }
