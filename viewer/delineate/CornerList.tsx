import { useState } from 'react';
import { Button, Input, TextField } from 'react-aria-components';
import type { GeoJsonGeometry } from '../../shared/api.ts';
import { useTranslate } from '../i18n/translate.ts';
import { formatNumber } from '../panels/format.ts';
import { useStore } from '../state.ts';
import { useBoard } from './board.ts';
import { deleteCorner, insertAfter, isSame, placeCorner } from './corners.ts';
import { showCorner } from './keys.ts';
import { readPlace } from './places.ts';
import { type CornerRef, cornersOf, type Position } from './shape.ts';
import { chooseTool } from './sketching.ts';
import { prepare } from './surroundings.ts';

/** More fields than anybody goes through. */
const MOST = 100;
/** Decimals of a corner: 7 are about a centimetre. */
const DIGITS = 7;

/** Corners as text that can be changed: the way for who cannot or will not drag them. */
export function CornerList({ geometry }: { geometry: GeoJsonGeometry }) {
  const t = useTranslate();
  const corner = useBoard((state) => state.corner);
  const corners = cornersOf(prepare(geometry).shape);
  return (
    <div className="draw-corners">
      {corners.length > MOST && (
        <p className="draw-small">{t('draw.corners.many', { count: corners.length, shown: MOST })}</p>
      )}
      <ol>
        {corners.slice(0, MOST).map(({ ref, place }) => (
          <CornerRow
            key={`${ref.polygon} ${ref.ring} ${ref.index}`}
            at={ref}
            place={place}
            isChosen={isSame(ref, corner)}
          />
        ))}
      </ol>
      {corner && (
        <div className="draw-pill-buttons">
          <Button onPress={() => insertAfter(corner)}>{t('draw.corners.add')}</Button>
          <Button onPress={deleteCorner}>{t('draw.corners.delete')}</Button>
        </div>
      )}
    </div>
  );
}

interface CornerRowProps {
  readonly at: CornerRef;
  readonly place: Position;
  readonly isChosen: boolean;
}

function CornerRow({ at, place, isChosen }: CornerRowProps) {
  const t = useTranslate();
  const language = useStore((state) => state.language);
  const written = [place[1], place[0]].map((deg) => formatNumber(language, deg, DIGITS).replace('−', '-')).join(' ');
  const [text, setText] = useState<string | null>(null);
  const name =
    at.ring === 0
      ? t('draw.corners.one', { n: at.index + 1 })
      : t('draw.corners.hole', { n: at.index + 1, hole: at.ring });
  const choose = () => {
    if (useBoard.getState().tool !== 'edit') chooseTool('edit');
    useBoard.setState({ corner: at, isCarrying: false });
    showCorner(place);
  };
  const keep = () => {
    const wanted = text === null || text === written ? null : readPlace(text, language);
    if (wanted) placeCorner(at, wanted);
    setText(null);
  };
  return (
    <li data-chosen={isChosen || undefined}>
      <TextField aria-label={name} value={text ?? written} onChange={setText}>
        <span className="draw-corner-number" aria-hidden="true">
          {at.index + 1}
        </span>
        <Input
          autoComplete="off"
          onFocus={choose}
          onBlur={keep}
          onKeyDown={(event) => {
            if (event.key === 'Enter') keep();
          }}
        />
      </TextField>
    </li>
  );
}
