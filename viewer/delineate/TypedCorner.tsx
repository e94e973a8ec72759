import { type FormEvent, useState } from 'react';
import { Button, FieldError, Form, Input, Label, Text, TextField } from 'react-aria-components';
import { useTranslate } from '../i18n/translate.ts';
import { surfacesOf } from '../map/map-store.ts';
import { useStore } from '../state.ts';
import { type BoardTool, useBoard } from './board.ts';
import { readPlace } from './places.ts';
import { addPoint } from './sketching.ts';

const POINT_TOOLS: readonly BoardTool[] = ['polygon', 'rectangle', 'circle', 'split', 'hole'];

/** A corner by its coordinates, for who reads them off a paper. */
export function TypedCorner() {
  const t = useTranslate();
  const language = useStore((state) => state.language);
  const isDrawing = useBoard((state) => POINT_TOOLS.includes(state.tool));
  const [text, setText] = useState('');
  const [isUnread, setUnread] = useState(false);
  if (!isDrawing) return null;
  const add = (event: FormEvent) => {
    event.preventDefault();
    const place = readPlace(text, language);
    setUnread(place === null);
    if (place === null) return;
    addPoint(place, { isTyped: true });
    setText('');
    const surface = surfacesOf()[0];
    surface?.goTo({ lon: place[0], lat: place[1], zoom: Math.max(surface.camera().zoom, 14) });
  };
  return (
    <Form className="draw-typed" onSubmit={add} aria-label={t('draw.typed')}>
      <TextField value={text} onChange={setText} isInvalid={isUnread} validationBehavior="aria">
        <Label>{t('draw.typed.field')}</Label>
        <Input autoComplete="off" />
        <Text slot="description" className="draw-small">
          {t('draw.typed.example')}
        </Text>
        <FieldError className="draw-refusal">{t('draw.typed.unread')}</FieldError>
      </TextField>
      <Button type="submit" isDisabled={text.trim() === ''}>
        {t('draw.typed.add')}
      </Button>
    </Form>
  );
}
