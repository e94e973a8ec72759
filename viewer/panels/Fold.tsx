import { type ReactNode, useState } from 'react';
import { Button, Disclosure, DisclosurePanel, Heading } from 'react-aria-components';

/** A part that is closed until somebody asks; its content is made only then. */
export function Fold({ title, children }: { readonly title: string; readonly children: () => ReactNode }) {
  const [isExpanded, setExpanded] = useState(false);
  return (
    <Disclosure className="panel-fold" isExpanded={isExpanded} onExpandedChange={setExpanded}>
      <Heading level={3} className="panel-fold-heading">
        <Button slot="trigger" className="panel-fold-button">
          <svg viewBox="0 0 16 16" aria-hidden="true" className="panel-fold-arrow">
            <path d="m6 4 4 4-4 4" />
          </svg>
          {title}
        </Button>
      </Heading>
      <DisclosurePanel className="panel-fold-content">{isExpanded ? children() : null}</DisclosurePanel>
    </Disclosure>
  );
}
