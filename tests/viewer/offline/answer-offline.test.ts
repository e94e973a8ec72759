import { describe, expect, it } from 'vitest';
import { answererOf } from '../../../viewer/offline/answer-offline.ts';

const ORIGIN = 'http://127.0.0.1:4600';
const FILES = new Set(['/', '/assets/index-abcdefgh.js', '/icon.svg']);
const ask = (path: string, { method = 'GET', isNavigation = false } = {}) =>
  answererOf({ method, isNavigation, url: new URL(path, ORIGIN) }, ORIGIN, FILES);

describe('the worker of the page', () => {
  it.each([
    ['/', { isNavigation: true }, 'page'],
    ['/?page=delineate&lang=fr', { isNavigation: true }, 'page'],
    ['/assets/index-abcdefgh.js', {}, 'file'],
    ['/tiles/true-color-period/12/2065/1935.webp?v=1', {}, 'tile'],
    ['/api/run', {}, 'data'],
    ['/api/register', {}, 'data'],
    ['/api/register/parcels?bbox=1,2,3,4', {}, 'data'],
  ] as const)('answers for %s %o as a %s', (path, how, answerer) => {
    expect(ask(path, how)).toBe(answerer);
  });

  it.each([
    ['/api/health', {}],
    ['/api/operations/events', {}],
    ['/api/register', { method: 'POST' }],
    ['/api/register/parcels/P-1', {}],
    ['/api/register/parcels/P-1/versions', {}],
    ['/api/register/check', { method: 'POST' }],
    ['/api/register/pack?bbox=1,2,3,4', {}],
    ['/api/parcels?offset=0', {}],
    ['/queues', { isNavigation: true }],
    ['/files/parcels.csv', { isNavigation: true }],
    ['/assets/index-other000.js', {}],
    ['/sw.js', {}],
    ['https://elsewhere.example/api/run', {}],
  ] as const)('leaves %s %o alone', (path, how) => {
    expect(ask(path, how)).toBe('none');
  });
});
