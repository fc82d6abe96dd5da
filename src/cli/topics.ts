/** Short pages that `help TOPIC` prints. */

const TOPICS: Readonly<Record<string, string>> = {
  configuration: `Configuration

  Options are members of a JSON file: --config config.json. Several files may be
  given; later ones override earlier ones. --config ENV reads the environment
  variables TARGET_REDSHIFT_HOSTNAME, TARGET_REDSHIFT_PASSWORD and so on, also
  those in a file .env of the current directory. Variables override files.

  Write a first file by answering questions:
      target-redshift setup --interactive
  Try it:
      target-redshift check --config config.json
  See all options:
      target-redshift about
`,
  restarts: `State and restarts

  The tap sends states, which say where it would continue. run gives the tap the
  state in a file, and replaces the file when everything before a newer state is
  committed in the warehouse:

      target-redshift run --config config.json --state state.json \\
          -- tap-csv --config tap.json

  In a pipe, states appear on stdout. Keep the last line, and give it to the tap
  at the next run:

      set -o pipefail
      tap-csv --config tap.json --state state.json \\
          | target-redshift --config config.json > states.jsonl
      tail -n 1 states.jsonl > state.json.new && mv state.json.new state.json

  Without pipefail, a shell does not notice that the tap has failed. Run the
  last line after a failed run too: every state that was printed is safe. If
  none was printed, keep the old state.json.

  With the option pipeline, the warehouse keeps the state too, together with the
  rows: run gives it to the tap, and "target-redshift state" prints it. With
  exactly_once, a crash doubles no row of an append either.
`,
  signals: `Signals

  The first SIGTERM or SIGINT ends the reading. What was read is loaded, its
  state is printed, and the exit code is 0; it is 1 if a stream with load_method
  overwrite was not complete. The second signal, or the end of
  shutdown_grace_seconds, stops at once with exit code 1. What was not committed
  is read again at the next run.
`,
  'exit-codes': `Exit codes

  0  every record that was read is committed (plan: would be committed; check:
     every step worked)
  1  failed; the last line of the log that has the level error gives the reason
  2  the command line is wrong
`,
  local: `The local warehouse

  target-redshift --local loads into a warehouse on this machine that keeps to
  the rules of Redshift. It needs no configuration and no AWS account. Its data
  stays in .target-redshift, or in the directory of --dir.

      tap-csv | target-redshift --local
      target-redshift sql --local "SELECT * FROM public.orders"
      target-redshift local --port 5439

  The last one serves it to psql, dbt and other clients.
`,
};

export function topicOf(name: string): string | undefined {
  return Object.hasOwn(TOPICS, name) ? TOPICS[name] : undefined;
}

export function topicNames(): readonly string[] {
  return Object.keys(TOPICS);
}

export function topicList(): string {
  return topicNames().join(', ');
}
