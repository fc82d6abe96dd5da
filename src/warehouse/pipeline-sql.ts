/**
 * The table of a pipeline: one for each, so that pipelines do not wait for each other. Its row 0 says which run owns the pipeline;
 * the state is in the column `state` of all rows, in pieces that fit a VARCHAR.
 */
import { createHash } from 'node:crypto';
import { ident, integer, join, literal, raw, sql, timestamp, type Sql } from '../sql.ts';
import { RESERVED_PREFIX } from '../table/names.ts';
import type { TableRef } from '../table/types.ts';

/** Bytes of a VARCHAR, at most. */
const PIECE_BYTES = 65_535;
const MAX_NAME = 60;
/** Far below the 16 MB that a statement may have. */
const PIECES_PER_STATEMENT = 64;

/** The table of a pipeline. Names that differ have different tables. */
export function pipelineTable(schema: string, pipeline: string): TableRef {
  const plain = pipeline.toLowerCase().replace(/[^a-z0-9]+/g, '_');
  const isPlain = plain === pipeline && plain.length <= MAX_NAME;
  const hash = createHash('sha256').update(pipeline).digest('hex').slice(0, 10);
  const name = isPlain ? plain : `${plain.slice(0, MAX_NAME)}__${hash}`;
  return { schema, table: `${RESERVED_PREFIX}pipeline_${name}` };
}

export const createPipelineTable = ({ schema, table }: TableRef): Sql =>
  sql`CREATE TABLE IF NOT EXISTS ${ident(schema, table)} (piece INTEGER, pipeline VARCHAR(512), epoch BIGINT, run_id VARCHAR(64), written_at TIMESTAMP, state VARCHAR(${raw(String(PIECE_BYTES))}))`;

/** Who writes it. */
export interface Writer {
  readonly runId: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** Counts 1 if the table has a row 0. */
export const takeOver = ({ schema, table }: TableRef, { runId, at }: Writer): Sql =>
  sql`UPDATE ${ident(schema, table)} SET epoch = epoch + 1, run_id = ${literal(runId)}, written_at = ${timestamp(at)} WHERE piece = 0`;

export const insertFirst = ({ schema, table }: TableRef, pipeline: string, { runId, at }: Writer): Sql =>
  sql`INSERT INTO ${ident(schema, table)} (piece, pipeline, epoch, run_id, written_at) VALUES (0, ${literal(pipeline)}, 1, ${literal(runId)}, ${timestamp(at)})`;

export const readPipeline = ({ schema, table }: TableRef): Sql =>
  sql`SELECT piece, epoch, run_id, state FROM ${ident(schema, table)} ORDER BY piece`;

/** Counts 1 while the epoch is the run's own. The piece is that of row 0; undefined leaves the state as it is. */
export const keepOwn = (
  { schema, table }: TableRef,
  epoch: bigint,
  { runId, at }: Writer,
  piece?: string,
): Sql =>
  sql`UPDATE ${ident(schema, table)} SET run_id = ${literal(runId)}, written_at = ${timestamp(at)}${piece === undefined ? raw('') : sql`, state = ${literal(piece)}`} WHERE piece = 0 AND epoch = ${raw(String(epoch))}`;

export const removePieces = ({ schema, table }: TableRef): Sql =>
  sql`DELETE FROM ${ident(schema, table)} WHERE piece > 0`;

/** Of the pieces after the first. */
export function insertPieces({ schema, table }: TableRef, pieces: readonly string[]): readonly Sql[] {
  const statements: Sql[] = [];
  for (let at = 0; at < pieces.length; at += PIECES_PER_STATEMENT) {
    const rows = pieces
      .slice(at, at + PIECES_PER_STATEMENT)
      .map((piece, i) => sql`(${integer(at + i + 1)}, ${literal(piece)})`);
    statements.push(sql`INSERT INTO ${ident(schema, table)} (piece, state) VALUES ${join(rows)}`);
  }
  return statements;
}

/** The text in pieces of at most so many bytes, cut between characters. At least one. */
export function piecesOf(text: Buffer, bytes = PIECE_BYTES): readonly string[] {
  const pieces: string[] = [];
  let start = 0;
  while (text.length - start > bytes) {
    let end = start + bytes;
    // Bytes 10xxxxxx continue a character.
    while (((text[end] ?? 0) & 0xc0) === 0x80) end--;
    pieces.push(text.toString('utf8', start, end));
    start = end;
  }
  return [...pieces, text.toString('utf8', start)];
}
