import { Button, Tooltip, TooltipTrigger } from 'react-aria-components';
import { Icon, type IconName } from './icons.tsx';

interface IconButtonProps {
  readonly icon: IconName;
  readonly label: string;
  readonly onPress?: () => void;
  readonly isDisabled?: boolean;
}

/** A button that shows only an icon: its words are its name for screen readers, and a tooltip for the rest. */
export function IconButton({ icon, label, onPress, isDisabled = false }: IconButtonProps) {
  return (
    <TooltipTrigger delay={500}>
      <Button data-quiet="" data-icon="" aria-label={label} isDisabled={isDisabled} {...(onPress ? { onPress } : {})}>
        <Icon name={icon} />
      </Button>
      <Tooltip offset={6}>{label}</Tooltip>
    </TooltipTrigger>
  );
}
