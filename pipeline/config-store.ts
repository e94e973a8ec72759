import type { Environment } from './config.ts';
import type { S3Settings } from './store/s3-store.ts';

const NAMES = [
  'AWS_ACCESS_KEY_ID',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  'AWS_REGION',
  'CANOPY_S3_ENDPOINT',
] as const;

/**
 * How a bucket is reached, from the operator's environment and from nowhere else: no file in the home folder, no machine
 * that hands out keys. What is missing is told when a bucket is opened, so that a folder needs none of it.
 */
export function readStoreSettings(env: Environment): S3Settings {
  const [accessKeyId, secretAccessKey, sessionToken, region, endpoint] = NAMES.map((name) => env[name]?.trim() || null);
  return Object.freeze({
    accessKeyId: accessKeyId ?? null,
    secretAccessKey: secretAccessKey ?? null,
    sessionToken: sessionToken ?? null,
    region: region ?? null,
    endpoint: endpoint ?? null,
  });
}

/** Those of an environment that `readStoreSettings` reads: what a child needs that writes to a bucket. */
export function storeEnvironment(env: Environment): Record<string, string> {
  return Object.fromEntries(NAMES.flatMap((name) => (env[name] ? [[name, env[name]]] : [])));
}
