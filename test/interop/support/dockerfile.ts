/** A Dockerfile as far as this project writes them: stages, their instructions, and what a stage inherits. */

export interface Instruction {
  readonly name: string;
  /** What stands behind the name, on one line. */
  readonly text: string;
}

export interface Stage {
  readonly name: string;
  /** A stage before this one, or an image. */
  readonly base: string;
  readonly instructions: readonly Instruction[];
}

export function parseDockerfile(text: string): readonly Stage[] {
  const stages: { name: string; base: string; instructions: Instruction[] }[] = [];
  const lines = text
    .replace(/^\s*#.*\n/gm, '')
    .replace(/\\\n\s*/g, '')
    .split('\n');
  for (const line of lines.filter((line) => line.trim() !== '')) {
    const [, name = '', rest = ''] = /^([A-Z]+)\s+(.*)$/.exec(line) ?? [];
    const [, base, as] = /^(\S+)(?: AS (\S+))?$/.exec(name === 'FROM' ? rest : '') ?? [];
    if (base !== undefined) stages.push({ name: as ?? 'the last stage', base, instructions: [] });
    else if (name === '') throw new Error(`not an instruction: ${line}`);
    else stages.at(-1)?.instructions.push({ name, text: rest });
  }
  return stages;
}

/** The stages that make up an image, from the one that begins with another image to the one called so. */
export function lineage(stages: readonly Stage[], name: string): readonly Stage[] {
  const stage = stages.find((one) => one.name === name);
  return stage ? [...lineage(stages, stage.base), stage] : [];
}

/** Sources and destination of a COPY, and the stage it copies from. */
export function parseCopy(text: string): { from: string | undefined; sources: string[]; to: string } {
  const words = text.split(/\s+/);
  const from = words[0]?.startsWith('--from=') ? words.shift()?.slice('--from='.length) : undefined;
  if (words.some((word) => word.startsWith('--'))) throw new Error(`an unknown option: COPY ${text}`);
  const to = words.pop() ?? '';
  return { from, sources: words, to };
}

/** Whether the ignore file, a list of what is let through below a `*`, lets this path of the context through. */
export function isInContext(ignore: string, path: string): boolean {
  const [all, ...exceptions] = ignore.trim().split('\n');
  if (all !== '*' || !exceptions.every((line) => /^![\w.-]+$/.test(line)))
    throw new Error('the ignore file is not a list of exceptions from *');
  return exceptions.includes(`!${path.split('/')[0] ?? ''}`);
}
