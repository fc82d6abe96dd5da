/** The expected errors of the local warehouse, told apart from defects by their class. */

/**
 * The warehouse cannot do what was asked for: a folder or a port is in use, a file of `--access` is wrong, the engine is
 * missing or does not start. Its message is a sentence for the user. Any other error is a defect of the warehouse.
 */
export class LocalWarehouseError extends Error {
  override readonly name: string = 'LocalWarehouseError';
}

/** Another process, or this one, serves the folder. */
export class FolderInUseError extends LocalWarehouseError {
  override readonly name = 'FolderInUseError';
}

/** Another program listens on a port that was asked for. */
export class PortInUseError extends LocalWarehouseError {
  override readonly name = 'PortInUseError';
  readonly port: number;

  constructor(port: number, cause: unknown) {
    super(`Cannot listen on port ${port}: it is in use`, { cause });
    this.port = port;
  }
}
