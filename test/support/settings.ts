/** The settings of a stream as they are without a word in the configuration, and what a test sets over them. */
import { checkConfig } from '../../src/config/config.ts';
import { settingsOf, type StreamSettings } from '../../src/config/settings.ts';

const { config } = checkConfig({
  hostname: 'h',
  database: 'd',
  user: 'u',
  password: 'p',
  s3_bucket: 'b',
  iam_role: 'default',
});

export function settings(more: Partial<StreamSettings> = {}): StreamSettings {
  return { ...settingsOf(config, 's'), ...more };
}
