import { useEffect, useState } from 'react';
import { type Translate, useTranslate } from '../i18n/translate.ts';
import { formatHa } from '../panels/format.ts';
import { type Language, useStore } from '../state.ts';
import { useBoard } from './board.ts';
import { useLive } from './live.ts';

/** Figures change with every move of the hand; they are read out once it rests. */
const PAUSE_MS = 700;

/** What screen readers hear of the drawing. */
export function SaidFigures() {
  const t = useTranslate();
  const language = useStore((state) => state.language);
  const sketch = useBoard((state) => state.sketch);
  const live = useLive();
  const [said, setSaid] = useState('');
  const words = wordsOf(t, language, { live, points: sketch.length });
  useEffect(() => {
    const timer = setTimeout(() => setSaid(words), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [words]);
  return (
    <p className="visually-hidden" role="status" aria-live="polite">
      {said}
    </p>
  );
}

function wordsOf(
  t: Translate,
  language: Language,
  { live: { figures, faults }, points }: { live: ReturnType<typeof useLive.getState>; points: number },
): string {
  if (!figures) return points > 0 ? t('draw.said.count', { count: points }) : '';
  const parts: string[] = [];
  if (faults.length > 0) parts.push(t('draw.said.fault'));
  if (figures.ha !== null)
    parts.push(t('draw.said.area', { ha: formatHa(language, figures.ha), count: figures.corners }));
  const overlap = figures.overlaps.reduce((sum, { ha }) => sum + ha, 0);
  if (overlap > 0) parts.push(t('draw.said.overlap', { ha: formatHa(language, overlap) }));
  return parts.join(', ');
}
