import { describe, expect, it } from 'vitest';
import { connectRedis } from '../../../pipeline/queue/redis.ts';

describe('a Redis that is not there', () => {
  it.each([
    ['redis://127.0.0.1:1/secret@redis.example.org', 'Redis at redis://redis.example.org cannot be reached'],
    ['redis://u:secret@127.0.0.1:1/2', 'Redis at redis://127.0.0.1:1/2 cannot be reached'],
    ['redis://127.0.0.1:1/2?password=sec@secret', 'Redis at the address given cannot be reached'],
  ])('is named with 0 characters of its password: %s', async (address, said) => {
    const refused = connectRedis(address, () => {});
    await expect(refused).rejects.toThrow(said);
    await expect(refused).rejects.not.toThrow(/secret|u:/);
  });
});
