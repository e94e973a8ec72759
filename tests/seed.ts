import fc from 'fast-check';

// One seed for all properties: a run says the same of the same code. Another is given as FC_SEED.
fc.configureGlobal({ seed: Number(process.env.FC_SEED ?? 20_241) });
