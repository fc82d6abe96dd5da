/** Asks for the options that a load needs, each until its answer is valid. */
import type { ConfigInput } from '../config/config.ts';
import type { Option } from '../config/option.ts';
import { OPTIONS, type OptionName } from '../config/options.ts';
import { ConfigError } from '../errors.ts';
import { completeConfig, givenIn } from './complete.ts';
import { parseArn, readHostname } from './aws-location.ts';
import type { Prompt } from './prompt.ts';

/** The options of each login; those of the other logins are removed. */
const LOGINS = {
  password: ['user', 'password'],
  cluster: ['cluster_identifier', 'user'],
  serverless: ['workgroup_name'],
  secret: ['secret_arn'],
} as const satisfies Record<string, readonly OptionName[]>;

type Login = keyof typeof LOGINS;

const LOGIN_NAMES = Object.keys(LOGINS) as Login[];

interface Question {
  /** The value of an empty answer if nothing is set yet. */
  readonly proposal?: string | undefined;
  /** A sentence after the description: the meaning of an empty answer. Without it, an answer is required. */
  readonly ifEmpty?: string;
}

const ANSWER_LATER = 'Empty: you will set it later, in the environment.';

/** Checks that the schema of the configuration does not have. */
const CHECKS: Partial<Record<OptionName, readonly [shape: RegExp, sentence: string]>> = {
  hostname: [/^[^\s/:@]+$/, '"hostname" is only the name, without protocol, port and database'],
  iam_role: [
    /^(default|arn:[^\s,]+(\s*,\s*arn:[^\s,]+)*)$/,
    '"iam_role" must be the ARN of a role (arn:aws:iam::123456789012:role/name), several separated by commas, or default',
  ],
};

/** The options of a file, updated with the answers. Throws NoAnswerError. */
export async function interview(prompt: Prompt, before: ConfigInput): Promise<ConfigInput> {
  const answers = new Answers(prompt, before);
  await answers.ask('hostname');
  await answers.ask('port');
  await answers.ask('database');
  await askLogin(prompt, answers);
  await answers.ask('target_schema');
  await answers.ask('s3_bucket');
  const { region } = readHostname(answers.text('hostname') ?? '');
  await answers.ask('s3_region', { proposal: region, ifEmpty: 'Empty: not set.' });
  await answers.ask('s3_prefix');
  await askCopy(prompt, answers);
  return answers.all;
}

async function askLogin(prompt: Prompt, answers: Answers): Promise<void> {
  const { cluster } = readHostname(answers.text('hostname') ?? '');
  const login = await choose(prompt, {
    description:
      'How the program logs in: with a password, with IAM into a cluster, with IAM into a serverless workgroup, or with a secret in Secrets Manager.',
    name: 'login',
    choices: LOGIN_NAMES,
    proposal:
      LOGIN_NAMES.find((name) => answers.text(LOGINS[name][0]) !== undefined && name !== 'password') ??
      'password',
  });
  const wanted: readonly OptionName[] = LOGINS[login];
  answers.drop(
    Object.values(LOGINS)
      .flat()
      .filter((name) => !wanted.includes(name)),
  );
  if (login !== 'cluster') answers.drop(['db_groups', 'auto_create_user']);
  switch (login) {
    case 'password':
      await answers.ask('user');
      return answers.ask('password', { ifEmpty: ANSWER_LATER });
    case 'cluster':
      await answers.ask('cluster_identifier', {
        proposal: cluster.kind === 'provisioned' ? cluster.name : undefined,
      });
      return answers.ask('user', { ifEmpty: 'Empty: the IAM identity is the user.' });
    case 'serverless':
      return answers.ask('workgroup_name', {
        proposal: cluster.kind === 'serverless' ? cluster.name : undefined,
      });
    case 'secret':
      return answers.ask('secret_arn');
  }
}

async function askCopy(prompt: Prompt, answers: Answers): Promise<void> {
  const isKeys = answers.text('iam_role') === undefined && answers.text('aws_access_key_id') !== undefined;
  const copy = await choose(prompt, {
    description: 'How COPY reads the bucket: with a role of the cluster, or with the keys of this program.',
    name: 'copy',
    choices: ['role', 'keys'],
    proposal: isKeys ? 'keys' : 'role',
  });
  answers.drop(copy === 'role' ? ['copy_credentials'] : ['iam_role']);
  if (copy === 'role')
    await answers.ask('iam_role', {
      ifEmpty: 'Empty: it does not exist yet; `setup` prints how to create it.',
    });
  await answers.ask('aws_access_key_id', { ifEmpty: 'Empty: the AWS SDK finds the keys.' });
  if (answers.text('aws_access_key_id') !== undefined)
    return answers.ask('aws_secret_access_key', { ifEmpty: ANSWER_LATER });
  answers.drop(['aws_secret_access_key', 'aws_session_token']);
  if (copy === 'keys') answers.set('copy_credentials', 'keys');
}

interface Choice<T extends string> {
  readonly description: string;
  readonly name: string;
  readonly choices: readonly T[];
  /** What an empty answer means. */
  readonly proposal: T;
}

async function choose<T extends string>(
  prompt: Prompt,
  { description, name, choices, proposal }: Choice<T>,
): Promise<T> {
  prompt.say(`\n${description}`);
  for (;;) {
    const answer = await prompt.ask(`${name} (${choices.join(', ')}) [${proposal}]: `);
    const found = choices.find((one) => one === (answer === '' ? proposal : answer.toLowerCase()));
    if (found !== undefined) return found;
    prompt.say(`It must be one of ${choices.join(', ')}.`);
  }
}

class Answers {
  readonly #prompt: Prompt;
  #all: ConfigInput;

  constructor(prompt: Prompt, before: ConfigInput) {
    this.#prompt = prompt;
    this.#all = before;
  }

  get all(): ConfigInput {
    return this.#all;
  }

  text(name: OptionName): string | undefined {
    const value = givenIn(this.#all, name);
    return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
  }

  /** Asks until the answer is valid, and keeps it. */
  async ask(name: OptionName, { proposal, ifEmpty }: Question = {}): Promise<void> {
    const option: Option = OPTIONS[name];
    const offered = this.text(name) ?? proposal ?? defaultOf(option);
    const hint = ifEmpty !== undefined && offered === undefined ? ` ${ifEmpty}` : '';
    this.#prompt.say(`\n${firstSentence(option.description)}${hint}`);
    const shown = offered === undefined ? '' : ` [${option.secret ? 'unchanged' : offered}]`;
    for (;;) {
      const question = `${name}${shown}: `;
      const typed = await (option.secret ? this.#prompt.askSecret(question) : this.#prompt.ask(question));
      const answer = typed === '' ? offered : typed;
      if (answer === undefined && ifEmpty !== undefined) return;
      if (this.#take(name, answer)) return;
    }
  }

  /** Keeps a valid answer. Says what is wrong with any other, and returns false. */
  #take(name: OptionName, answer: string | undefined): boolean {
    const problems = answer === undefined ? [`"${name}" is needed`] : problemsOf(name, answer);
    for (const problem of problems) this.#prompt.say(`${problem}.`);
    if (answer === undefined || problems.length > 0) return false;
    this.set(name, valueOf(name, answer));
    return true;
  }

  set(name: OptionName, value: unknown): void {
    this.drop([name]);
    this.#all = { ...this.#all, [name]: value };
  }

  /** All names of the options. */
  drop(names: readonly OptionName[]): void {
    const gone = names.flatMap((name) => {
      const option: Option = OPTIONS[name];
      return [name, `${name}_file`, ...(option.aliases ?? [])];
    });
    this.#all = Object.fromEntries(Object.entries(this.#all).filter(([name]) => !gone.includes(name)));
  }
}

function defaultOf(option: Option): string | undefined {
  return option.type === 'string' || option.type === 'integer' ? option.default?.toString() : undefined;
}

function firstSentence(description: string): string {
  return /^.*?\.(?= |$)/s.exec(description)?.[0] ?? description;
}

function problemsOf(name: OptionName, answer: string): readonly string[] {
  const [shape, sentence = ''] = CHECKS[name] ?? [];
  if (shape && !shape.test(answer)) return [sentence];
  if (name === 'secret_arn' && answer.startsWith('arn:') && !parseArn(answer))
    return ['"secret_arn" must be the ARN or the name of a secret'];
  try {
    completeConfig({ [name]: answer });
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
}

/** The answer as a load reads it: numbers as numbers. */
function valueOf(name: OptionName, answer: string): unknown {
  return completeConfig({ [name]: answer }).config[name];
}
