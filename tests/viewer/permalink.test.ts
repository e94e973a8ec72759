import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CHANGE_CHOICES, PARCEL_SORTS, sceneLayerId } from '../../shared/api.ts';
import { CHANGE_CONFIDENCES } from '../../shared/change.ts';
import { type ParcelStatus, STATUS_COLOURS } from '../../shared/ramps.ts';
import { isLinkOf, readPermalink, writePermalink } from '../../viewer/permalink.ts';
import { FIRST_VIEW, type ViewState } from '../../viewer/state.ts';

const days = ['2018-11-29', '2019-01-08', '2019-01-08', '2023-01-07'];
const context = { runId: '412e3cae48f16ffd358cff984744f4190e75a3d2140ff26d120527788a87014b', days };
const statuses = Object.keys(STATUS_COLOURS) as ParcelStatus[];

/** Whole steps of 10^-digits between two bounds: what a link keeps of a number. */
const steps = (low: number, high: number, digits: number) =>
  fc.integer({ min: low * 10 ** digits, max: high * 10 ** digits }).map((step) => step / 10 ** digits);

const layer = fc.oneof(
  fc.constantFrom('none', 'ndvi-baseline', 'change-period', 'true-color-period', 'year-class-2019', 'dry-ndvi-2021'),
  fc
    .tuple(fc.constantFrom('true-color' as const, 'false-color' as const, 'ndvi' as const), fc.nat(days.length - 1))
    .map(([style, index]) => sceneLayerId(style, index)),
);
const threshold = fc.option(steps(-1, 1, 4));
const colouring = fc
  .record({
    ramp: fc.constantFrom('canopy', 'viridis', 'loss-gain'),
    low: steps(-1, 0, 4),
    high: steps(1, 20, 4),
    isReversed: fc.boolean(),
    min: threshold,
    max: threshold,
  })
  .map((one) => ({ ...one }));
const word = fc.string({ minLength: 1, maxLength: 60, unit: 'grapheme' });
const view: fc.Arbitrary<ViewState> = fc.record({
  page: fc.constantFrom('map', 'delineate', 'twin'),
  language: fc.constantFrom('en', 'fr', 'de'),
  theme: fc.constantFrom('auto', 'light', 'dark'),
  camera: fc.option(fc.record({ lon: steps(-180, 180, 5), lat: steps(-90, 90, 5), zoom: steps(0, 24, 2) })),
  left: layer,
  right: layer,
  compare: fc.constantFrom('off', 'swipe', 'side', 'flicker'),
  swipeFraction: steps(0, 1, 3),
  opacity: steps(0, 1, 2),
  showMask: fc.boolean(),
  showParcels: fc.boolean(),
  showBasemap: fc.boolean(),
  showControls: fc.boolean(),
  colouring: fc.dictionary(fc.constantFrom('ndvi', 'change', 'break-date', 'season-phase'), colouring, {
    noNullPrototype: true,
  }),
  parcel: fc.option(word),
  acquisition: fc.option(fc.nat(days.length - 1)),
  query: fc.record({
    q: fc.oneof(fc.constant(''), word),
    status: fc.subarray(statuses),
    change: fc.subarray([...CHANGE_CHOICES]),
    confidence: fc.subarray([...CHANGE_CONFIDENCES]),
    sort: fc.constantFrom(...PARCEL_SORTS),
    order: fc.constantFrom('asc', 'desc'),
  }),
});

describe('a permalink', () => {
  it('brings back each of 500 views as it was, hostile ids and 2 acquisitions of one day included', () => {
    fc.assert(
      fc.property(view, (wanted) => {
        const link = writePermalink(wanted, context);
        expect({ ...FIRST_VIEW, ...readPermalink(`?${link}`, days).view }).toEqual(wanted);
      }),
      { numRuns: 500 },
    );
  });

  it('says the first view in 2 keys: run and language', () => {
    expect(writePermalink(FIRST_VIEW, context)).toBe('run=412e3cae48f1&lang=en');
  });

  it('is readable: place with latitude first, days for acquisitions, a minus for descending', () => {
    const link = writePermalink(
      {
        ...FIRST_VIEW,
        language: 'fr',
        camera: { lon: 1.5412349, lat: 9.8401234, zoom: 13.204 },
        compare: 'swipe',
        left: sceneLayerId('true-color', 0),
        right: sceneLayerId('true-color', 2),
        parcel: 'DEM-002',
        showControls: false,
        query: {
          q: '',
          status: ['loss', 'gain'],
          change: ['loss_and_regrowth', 'not_judged'],
          confidence: ['high'],
          sort: 'lossHa',
          order: 'desc',
        },
        colouring: { change: { ramp: 'loss-gain', low: -0.5, high: 0.5, isReversed: false, min: null, max: -0.15 } },
      },
      context,
    );
    expect(link).toBe(
      'run=412e3cae48f1&lang=fr&at=9.84012,1.54123,13.2&layer=scene-true-color@2018-11-29&compare=swipe' +
        '&with=scene-true-color@2019-01-08.2&controls=off&parcel=DEM-002' +
        '&colour.change=loss-gain,-0.5..0.5,..-0.15' +
        '&status=loss,gain&change=loss_and_regrowth,not_judged&sure=high&sort=-lossHa',
    );
  });

  it.each([
    ['at=9.8,1.5', 'camera'],
    ['at=99,1.5,13', 'camera'],
    ['at=9.8,1.5,13,2', 'camera'],
    ['at=NaN,Infinity,1e3', 'camera'],
    ['lang=tlh', 'language'],
    ['theme=', 'theme'],
    ['page=../etc', 'page'],
    ['compare=SWIPE', 'compare'],
    ['swipe=1.01', 'swipeFraction'],
    ['opacity=0x1', 'opacity'],
    ['clouds=maybe', 'showMask'],
    ['layer=<img src=x>', 'left'],
    ['layer=scene-true-color-1', 'left'],
    ['layer=scene-true-color@1999-01-01', 'left'],
    ['date=2019-01-08.3', 'acquisition'],
    ['date=2019-01-08.0', 'acquisition'],
    ['colour.ndvi=canopy,1..0', 'colouring'],
    ['colour.ndvi=canopy,0.1..0.9..1', 'colouring'],
    ['colour.__proto__=canopy,0..1', 'colouring'],
    ['sort=drop', 'query'],
    ['status=lost', 'query'],
    ['change=__proto__', 'query'],
    ['sure=very', 'query'],
    ['controls=perhaps', 'showControls'],
    [`parcel=${'x'.repeat(501)}`, 'parcel'],
  ] as const)('leaves out "%s" and keeps the rest', (bad, key) => {
    const { view: read } = readPermalink(`?${bad}&parcels=off`, days);
    expect(read[key]).toBeUndefined();
    expect(read.showParcels).toBe(false);
  });

  it('reads 1,000 texts of any kind without throwing', () => {
    const key = fc.constantFrom('at', 'layer', 'with', 'date', 'colour.ndvi', 'swipe', 'status', 'sort', 'run', 'q');
    const pair = fc.tuple(key, fc.string({ unit: 'binary', maxLength: 80 })).map(([name, text]) => `${name}=${text}`);
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.array(pair).map((all) => all.join('&')),
        ),
        (search) => {
          const { view: read } = readPermalink(search, days);
          expect(Object.values(read)).not.toContain(undefined);
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('knows whether it was made for the run that is shown', () => {
    expect(isLinkOf(readPermalink('?run=412e3cae48f1').run, context.runId)).toBe(true);
    expect(isLinkOf(readPermalink('?run=abcdefabcdef').run, context.runId)).toBe(false);
    expect(isLinkOf(readPermalink('?run=what').run, context.runId)).toBe(true);
  });
});
