import { usageError } from '../../shared/errors.ts';
import type { Command } from './command.ts';

/** What can be done with parcels, each in a file of its own: name → loader. */
const DEEDS: Record<string, { summary: string; load: () => Promise<Command> }> = {
  import: {
    summary: 'registers the parcels of files, with who and why, and says what was left out',
    load: async () => (await import('./parcels-import.ts')).parcelsImportCommand,
  },
  check: {
    summary: 'what stands in the way of registering the parcels of a file, and what could be done',
    load: async () => (await import('./parcels-check.ts')).parcelsCheckCommand,
  },
  export: {
    summary: 'parcels of a register, or of a file, in another format, and what it could not carry over',
    load: async () => (await import('./parcels-export.ts')).parcelsExportCommand,
  },
  eligibility: {
    summary: 'a traffic light for each parcel, with the layer, date and hectares behind every rule',
    load: async () => (await import('./parcels-eligibility.ts')).parcelsEligibilityCommand,
  },
};

export const parcelsCommand: Command = {
  name: 'parcels',
  usage: overview(),
  usageOf: async ([name]) => (await deedOf(name)?.load())?.usage ?? null,
  async run([name, ...rest], io) {
    const deed = deedOf(name);
    if (!deed) {
      const said = name === undefined ? '' : `There is no "canopy parcels ${name}". `;
      throw usageError(`${said}Wanted: ${Object.keys(DEEDS).join(', ')}; canopy parcels --help tells more.`);
    }
    return (await deed.load()).run(rest, io);
  },
};

function deedOf(name: string | undefined) {
  return name === undefined || !Object.hasOwn(DEEDS, name) ? undefined : DEEDS[name];
}

function overview(): string {
  const lines = Object.entries(DEEDS).map(([name, { summary }]) => `  ${name.padEnd(11)} ${summary}`);
  return ['canopy parcels <deed> [flags]', '', ...lines, '', 'canopy parcels <deed> --help lists its flags.'].join(
    '\n',
  );
}
