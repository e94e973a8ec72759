import { useTranslate } from '../i18n/translate.ts';

/** The frame of the map page before anything is known, in the places where things will be. */
export function Skeleton() {
  const t = useTranslate();
  const rows = Array.from({ length: 12 }, (_, index) => index);
  return (
    <main className="shell-map-page shell-skeleton" aria-busy="true">
      <p className="visually-hidden" role="status">
        {t('shell.loading')}
      </p>
      <div className="shell-left" aria-hidden="true">
        {rows.map((row) => (
          <span key={row} className="shell-bone" />
        ))}
      </div>
      <div className="shell-centre" aria-hidden="true">
        <div className="shell-map" />
        <div className="shell-slider">
          <span className="shell-bone" />
        </div>
      </div>
    </main>
  );
}
