import { useState } from 'react';
import { Button } from 'react-aria-components';
import type { SceneLink } from '../../shared/api.ts';
import { useTranslate } from '../i18n/translate.ts';

interface SceneListProps {
  readonly sceneIds: readonly string[];
  readonly scenes: readonly SceneLink[];
}

/** Scenes by id: a link where their item opens in a browser, else text that can be copied. */
export function SceneList({ sceneIds, scenes }: SceneListProps) {
  return (
    <ul className="panel-scenes">
      {sceneIds.map((id) => (
        <li key={id}>
          <SceneName id={id} link={scenes.find((scene) => scene.id === id)} />
        </li>
      ))}
    </ul>
  );
}

function SceneName({ id, link }: { readonly id: string; readonly link: SceneLink | undefined }) {
  const t = useTranslate();
  const [isCopied, setCopied] = useState(false);
  if (link?.isWeb && /^https?:\/\//.test(link.href)) {
    return (
      <a className="panel-link panel-scene" href={link.href} target="_blank" rel="noreferrer">
        {id}
        <span className="visually-hidden"> {t('parcel.opensElsewhere')}</span>
      </a>
    );
  }
  const copy = () => {
    void navigator.clipboard?.writeText(id).then(() => setCopied(true));
  };
  return (
    <>
      <span className="panel-scene">{id}</span>
      <Button className="panel-copy" onPress={copy} aria-label={t('parcel.copy', { id })}>
        {isCopied ? t('parcel.copied') : t('parcel.copyShort')}
      </Button>
    </>
  );
}
