import './form.css';
import { FieldError, Input, Label, Text, TextArea, TextField } from 'react-aria-components';
import { useTranslate } from '../i18n/translate.ts';

interface FieldProps {
  readonly label: string;
  readonly hint?: string;
  readonly mark?: 'required';
  /** What is wrong with what stands there; null or left out when nothing is. */
  readonly error?: string | null;
  readonly value: string;
  readonly type?: 'text' | 'date';
  readonly inputMode?: 'decimal';
  readonly isLong?: boolean;
  readonly isDisabled?: boolean;
  readonly onChange: (text: string) => void;
}

/** Longest text that the register takes in a field. */
const MAX_TEXT = 500;

/** A field with its label, what it is for and, where it has to be filled in, the word for that. */
export function FormField(props: FieldProps) {
  const t = useTranslate();
  const { label, hint, mark, error = null, value, type = 'text', inputMode, isLong, isDisabled, onChange } = props;
  return (
    <TextField
      className="reg-field"
      value={value}
      type={type}
      maxLength={MAX_TEXT}
      isRequired={mark === 'required'}
      validationBehavior="aria"
      isInvalid={error !== null}
      isDisabled={isDisabled ?? false}
      onChange={onChange}
      {...(inputMode ? { inputMode } : {})}
    >
      <Label>
        {label}
        {mark && <span className="reg-mark-word">{t('register.required')}</span>}
      </Label>
      {isLong ? <TextArea className="react-aria-Input reg-area" rows={2} /> : <Input />}
      {hint && (
        <Text slot="description" className="reg-hint">
          {hint}
        </Text>
      )}
      {error !== null && <FieldError className="reg-error">{error}</FieldError>}
    </TextField>
  );
}
