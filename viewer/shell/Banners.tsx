import type { ReactNode } from 'react';
import { Button } from 'react-aria-components';
import type { RunInfo } from '../../shared/api.ts';
import { useTranslate } from '../i18n/translate.ts';
import { useStore } from '../state.ts';
import { useIsConnected } from './connection.ts';
import { IconButton } from './IconButton.tsx';
import { Icon } from './icons.tsx';
import { formatMoment } from './moment.ts';
import type { RunState } from './use-run.ts';

/** Plain bars under the header for what a verifier must know before believing the picture. */
export function Banners({ run, state }: { run: RunInfo | null; state: RunState }) {
  const t = useTranslate();
  const language = useStore((store) => store.language);
  const lastDataMs = useStore((store) => store.lastDataMs);
  const isConnected = useIsConnected();
  const page = useStore((store) => store.page);
  const isShowing = lastDataMs !== null && (run !== null || page === 'operations');
  const time = lastDataMs === null ? '' : formatMoment(language, lastDataMs);
  return (
    <section className="shell-banners" aria-label={t('shell.run.notices-title')}>
      <div role="status">
        {!isConnected && isShowing && <Banner kind="bad">{t('shell.banner.offline', { time })}</Banner>}
        {state.isReplaced && (
          <Banner kind="accent">
            {t('shell.banner.replaced')}
            <Button onPress={state.load} isDisabled={!isConnected}>
              {t('shell.banner.reload')}
            </Button>
          </Banner>
        )}
        {state.isForeignLink && run && (
          <Banner kind="warn" onClose={state.forgetForeignLink}>
            {t('shell.banner.foreign', { hash: run.id.slice(0, 12) })}
          </Banner>
        )}
      </div>
      {run?.synthetic && <Banner kind="warn">{t('shell.banner.synthetic')}</Banner>}
    </section>
  );
}

interface BannerProps {
  readonly kind: 'warn' | 'bad' | 'accent';
  readonly children: ReactNode;
  onClose?(): void;
}

function Banner({ kind, children, onClose }: BannerProps) {
  const t = useTranslate();
  return (
    <div className={`shell-banner shell-banner-${kind}`}>
      <Icon name="warning" />
      <div className="shell-banner-words">{children}</div>
      {onClose && <IconButton icon="close" label={t('shell.close')} onPress={onClose} />}
    </div>
  );
}
