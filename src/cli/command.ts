/** What a command line asks for. */
import type { CopyWish } from '../commands/copy-files.ts';
import type { Tool } from '../config/tools.ts';
import type { LogFormat } from '../log.ts';

/** Which warehouse to use: that of the configuration, or the local warehouse in a directory. */
export interface WarehouseChoice {
  readonly config: readonly string[];
  /** The directory of the local warehouse. */
  readonly local: string | undefined;
}

/** What replaces `log_level` and `log_format` of the configuration; undefined: nothing. */
export interface LogChoice {
  readonly level: string | undefined;
  readonly format: LogFormat | undefined;
}

export type TableFormat = 'table' | 'csv' | 'json';

export type Shell = 'bash' | 'zsh' | 'fish';

export type Command =
  | {
      readonly kind: 'load';
      readonly warehouse: WarehouseChoice;
      readonly input: string | undefined;
      /** Streams whose tables are overwritten. */
      readonly refresh: readonly string[];
      /** The JSON file that says at the end what was done. */
      readonly report: string | undefined;
      /** The file with figures for Prometheus. */
      readonly metricsFile: string | undefined;
    }
  | {
      readonly kind: 'run';
      readonly warehouse: WarehouseChoice;
      /** The program and arguments of the tap. */
      readonly tap: readonly string[];
      /** The file of the state; undefined: states go to stdout. */
      readonly state: string | undefined;
      /** Streams whose tables are overwritten. */
      readonly refresh: readonly string[];
      readonly report: string | undefined;
      readonly metricsFile: string | undefined;
    }
  | { readonly kind: 'copy-files'; readonly warehouse: WarehouseChoice; readonly wish: CopyWish }
  | { readonly kind: 'discard'; readonly config: readonly string[]; readonly input: string | undefined }
  | { readonly kind: 'check'; readonly warehouse: WarehouseChoice; readonly format: 'text' | 'json' }
  | {
      readonly kind: 'plan';
      readonly warehouse: WarehouseChoice;
      readonly input: string | undefined;
      readonly format: 'text' | 'json';
    }
  | { readonly kind: 'discover'; readonly warehouse: WarehouseChoice }
  | {
      readonly kind: 'setup';
      readonly config: readonly string[];
      readonly format: 'text' | 'json' | 'sql';
    }
  | {
      readonly kind: 'migrate';
      /** Configurations of another loader. */
      readonly files: readonly string[];
      readonly tool: Tool;
      readonly format: 'yaml' | 'json';
    }
  | { readonly kind: 'interview'; readonly file: string }
  | { readonly kind: 'about'; readonly format: 'text' | 'json' | 'markdown' }
  | { readonly kind: 'version' }
  /** `text` is the answer. */
  | { readonly kind: 'text'; readonly text: string }
  | {
      readonly kind: 'sql';
      readonly warehouse: WarehouseChoice;
      /** SQL, or a shortcut such as `tables`; undefined: in the file. */
      readonly query: string | undefined;
      /** Undefined without a query: on stdin, or typed by a person at a terminal. */
      readonly file: string | undefined;
      readonly format: TableFormat;
    }
  | { readonly kind: 'state'; readonly warehouse: WarehouseChoice; readonly takesOver: boolean }
  | {
      readonly kind: 'history';
      readonly warehouse: WarehouseChoice;
      /** Loads instead of runs. */
      readonly showsLoads: boolean;
      readonly stream: string | undefined;
      readonly run: string | undefined;
      /** At most so many rows. */
      readonly limit: number;
      readonly format: TableFormat;
    }
  | {
      readonly kind: 'report';
      readonly warehouse: WarehouseChoice;
      /** The file of the page; undefined: tables on stdout. */
      readonly html: string | undefined;
      /** The period: so many days before today, and today. */
      readonly days: number;
      readonly format: TableFormat;
    }
  | {
      readonly kind: 'local';
      readonly dir: string;
      readonly port: number | undefined;
      readonly s3Port: number | undefined;
      /** The address of both endpoints; that of loopback if undefined. */
      readonly host: string | undefined;
      /** The file with the password of the warehouse's own user. */
      readonly passwordFile: string | undefined;
      /** SQL to fill a new warehouse with: a file, or a folder of them. */
      readonly init: string | undefined;
      readonly writeConfig: string | undefined;
      /** JSON files: orders of faults; identities, roles and buckets of S3. */
      readonly faults: string | undefined;
      readonly access: string | undefined;
      /** Which answers to use where Redshift's documentation leaves a question open. */
      readonly readings: 'hostile' | 'lenient';
      /** Internal, for the process that --local starts: it ends with the last lease instead of a signal. */
      readonly untilReleased: boolean;
    };

export interface CommandLine {
  readonly command: Command;
  readonly log: LogChoice;
}

export const DEFAULT_DIR = '.target-redshift';

/** Written by `setup --interactive`. */
export const DEFAULT_FILE = 'config.json';
