import { useState } from 'react';
import { Button } from 'react-aria-components';
import type { SceneLink } from '../../shared/api.ts';
import { useTranslate } from '../i18n/translate.ts';

interface SceneListProps {
  readonly sceneIds: readonly string[];
  readonly scenes: readonly SceneLink[];
  /** Small, and without a way to copy: for tables. */
  readonly isCompact?: boolean;
}

/** Scenes by id: a link where their item opens in a browser, else text that can be copied. */
export function SceneList({ sceneIds, scenes, isCompact = false }: SceneListProps) {
  return (
    <ul className={isCompact ? 'panel-scenes panel-scenes-compact' : 'panel-scenes'}>
      {sceneIds.map((id) => (
        <li key={id}>
          <SceneName id={id} link={scenes.find((scene) => scene.id === id)} canCopy={!isCompact} />
        </li>
      ))}
    </ul>
  );
}

interface SceneNameProps {
  readonly id: string;
  readonly link: SceneLink | undefined;
  readonly canCopy: boolean;
}

function SceneName({ id, link, canCopy }: SceneNameProps) {
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
      {canCopy ? (
        <Button className="panel-copy" onPress={copy} aria-label={t('parcel.copy', { id })}>
          {isCopied ? t('parcel.copied') : t('parcel.copyShort')}
        </Button>
      ) : null}
    </>
  );
}
