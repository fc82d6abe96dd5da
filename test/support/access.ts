/** A local warehouse of a test's own, whose access can be changed while it runs, with every permission it was asked for. */
import { rmSync } from 'node:fs';
import {
  startLocalWarehouse,
  type AccessEntry,
  type LocalWarehouse,
  type WarehouseConfig,
  type WarehouseOptions,
} from '../../src/local/api.ts';
import { newWarehouseFolder } from './template.ts';
import { forbidSecrets } from './warehouse.ts';

export interface WatchedWarehouse {
  readonly warehouse: LocalWarehouse;
  readonly config: WarehouseConfig;
  /** The decisions since the last call, without those of the warehouse's own keys and role. */
  takeTrail(): AccessEntry[];
  /** Stops the warehouse and removes its folder. */
  close(): Promise<void>;
}

export async function watchWarehouse(options: Partial<WarehouseOptions> = {}): Promise<WatchedWarehouse> {
  const dir = await newWarehouseFolder('warehouse-');
  let trail: AccessEntry[] = [];
  const warehouse = await startLocalWarehouse({ ...options, dir, onAccess: (entry) => trail.push(entry) });
  const { config } = warehouse;
  forbidSecrets(config);
  return {
    warehouse,
    config,
    takeTrail: () => {
      const own = [config.aws_access_key_id, config.iam_role];
      const taken = trail.filter(({ caller }) => !own.includes(caller));
      trail = [];
      return taken;
    },
    close: async () => {
      await warehouse.stop();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** `copy s3:GetObject arn:aws:s3:::bucket/key`, with `denied` behind it when it was. */
export function describeEntry({ via, action, resource, allowed }: AccessEntry): string {
  return `${via} ${action} ${resource}${allowed ? '' : ' denied'}`;
}
