/** Secrets that nothing may hold which the program writes, in whatever way they are written. */

/** Each way to write a secret, and its name. */
type Forms = Map<string, string>;

/** As it is, in JSON (also inside a text of JSON), in a URL, in a literal of SQL, and in base64. */
function formsOf(secret: string): string[] {
  const json = JSON.stringify(secret).slice(1, -1);
  return [
    secret,
    json,
    JSON.stringify(json).slice(1, -1),
    encodeURIComponent(secret),
    secret.replaceAll('\\', '\\\\').replaceAll("'", "''"),
    ...[0, 1, 2].map((shift) => base64At(secret, shift)),
    Buffer.from(secret).toString('base64url'),
  ];
}

/** What is in base64 of a longer text whatever stands around the secret: its first byte is `shift` bytes behind a third one. */
function base64At(secret: string, shift: number): string {
  const bytes = Buffer.concat([Buffer.alloc(shift), Buffer.from(secret)]);
  return bytes.toString('base64').slice(Math.ceil((shift * 4) / 3), Math.floor((bytes.length * 4) / 3));
}

/** The names of those secrets that the text holds. Of one with several lines, each line counts. */
export function leaksIn(text: string, secrets: Readonly<Record<string, string>>): string[] {
  return found(text, formsIn(secrets));
}

function formsIn(secrets: Readonly<Record<string, string>>): Forms {
  return new Map(
    Object.entries(secrets).flatMap(([name, secret]) =>
      secret
        .split('\n')
        .filter((line) => line.length >= 6 && !/^(-----|Proc-Type|DEK-Info)/.test(line))
        .flatMap((line) => formsOf(line).map((form) => [form, name] as const)),
    ),
  );
}

function found(text: string, forms: Forms): string[] {
  return [...new Set([...forms].filter(([form]) => text.includes(form)).map(([, name]) => name))].sort();
}

const forbidden: Forms = new Map();

/** From here on no run of the program may write them: the tests of one that does fail. */
export function forbid(secrets: Readonly<Record<string, string>>): void {
  for (const [form, name] of formsIn(secrets)) forbidden.set(form, name);
}

/** What is wrong with what a run has written. */
export function leakOf(text: string): Error | undefined {
  const names = found(text, forbidden);
  return names.length === 0 ? undefined : new Error(`the program has written ${names.join(' and ')}`);
}
