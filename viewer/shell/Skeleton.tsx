import { useTranslate } from '../i18n/translate.ts';

/** The frame of the map page before anything is known, in the places where things will be. */
export function Skeleton() {
  const t = useTranslate();
  return (
    <main className="shell-map-page shell-skeleton" aria-busy="true">
      <p className="visually-hidden" role="status">
        {t('shell.loading')}
      </p>
      <div className="shell-left">
        <Bones />
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

/** Lines in place of a list that is on its way. */
export function Bones() {
  const rows = Array.from({ length: 12 }, (_, index) => index);
  return (
    <div className="shell-bones" aria-hidden="true">
      {rows.map((row) => (
        <span key={row} className="shell-bone" />
      ))}
    </div>
  );
}
