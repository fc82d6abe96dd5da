/** Tables of a report: every one has a caption and headers, and scrolls by itself where it is wider than the screen. */
import { safe, type Html } from './html.ts';

interface Column<Row> {
  readonly title: string;
  readonly kind: 'text' | 'name' | 'number' | 'id';
  readonly cell: (row: Row) => Html | string;
}

/** A column of strings, which are escaped. */
export function column<Row>(
  title: string,
  kind: Column<Row>['kind'],
  cell: Column<Row>['cell'],
): Column<Row> {
  return { title, kind, cell };
}

/** The first column is the header of the row. */
export function table<Row>(caption: string, columns: readonly Column<Row>[], rows: readonly Row[]): Html {
  const heads = columns.map(({ title, kind }) => safe`<th scope="col" class="${kind}">${title}</th>`);
  const body = rows.map((row) => {
    const cells = columns.map(({ kind, cell }, at) =>
      at === 0
        ? safe`<th scope="row" class="${kind}">${shown(kind, cell(row))}</th>`
        : safe`<td class="${kind}">${shown(kind, cell(row))}</td>`,
    );
    return safe`<tr>${cells}</tr>
`;
  });
  return safe`<div class="scroll" role="region" tabindex="0" aria-label="${caption}">
    <table>
      <caption>${caption}</caption>
      <thead>
        <tr>${heads}</tr>
      </thead>
      <tbody>
        ${body}
      </tbody>
    </table>
  </div> `;
}

/** Names may be written from right to left, and must not move what is beside them. */
function shown(kind: Column<never>['kind'], value: Html | string): Html {
  return kind === 'name' ? safe`<bdi>${value}</bdi>` : safe`${value}`;
}
