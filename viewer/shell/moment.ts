import type { Language } from '../state.ts';

/** Hours and minutes of today, else with the day: a page left open overnight must not look fresh. */
export function formatMoment(language: Language, timeMs: number): string {
  const isToday = new Date(timeMs).toDateString() === new Date().toDateString();
  const locale = language === 'en' ? 'en-GB' : language;
  return new Date(timeMs).toLocaleString(locale, {
    ...(isToday ? {} : { day: 'numeric', month: 'short', year: 'numeric' }),
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  });
}
