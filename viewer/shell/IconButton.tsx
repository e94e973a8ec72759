import { Button, Tooltip, TooltipTrigger } from 'react-aria-components';
import { Icon, type IconName } from './icons.tsx';

/** A button that shows only an icon: its words are its name for screen readers, and a tooltip for the rest. */
export function IconButton({ icon, label, onPress }: { icon: IconName; label: string; onPress?: () => void }) {
  return (
    <TooltipTrigger delay={500}>
      <Button data-quiet="" data-icon="" aria-label={label} {...(onPress ? { onPress } : {})}>
        <Icon name={icon} />
      </Button>
      <Tooltip offset={6}>{label}</Tooltip>
    </TooltipTrigger>
  );
}
