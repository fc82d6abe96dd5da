/**
 * Stacks that name the source files, although the program runs from a bundle. The maps are read when there is a stack to
 * print; Node's own support (`--enable-source-maps`) reads them at every start.
 */
import { readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { fileURLToPath } from 'node:url';

type Payload = ConstructorParameters<typeof SourceMap>[0];

/** The same stack; places in files without a map stay as they are. */
export function sourceStack(stack: string): string {
  const maps = new Map<string, SourceMap | undefined>();
  return stack.replace(
    /(file:\/\/[^\s()]+):(\d+):(\d+)/g,
    (place, url: string, line: string, column: string) => {
      if (!maps.has(url)) maps.set(url, mapOf(url));
      const origin = maps.get(url)?.findOrigin(Number(line), Number(column));
      if (origin === undefined || !('fileName' in origin)) return place;
      // Without the way from the bundle to the root of the project, which is not on this machine.
      const file = origin.fileName.replace(/^(?:\.\.\/)+/, '');
      return `${file}:${origin.lineNumber}:${origin.columnNumber}`;
    },
  );
}

function mapOf(url: string): SourceMap | undefined {
  try {
    return new SourceMap(JSON.parse(readFileSync(fileURLToPath(`${url}.map`), 'utf8')) as Payload);
  } catch {
    return undefined;
  }
}
