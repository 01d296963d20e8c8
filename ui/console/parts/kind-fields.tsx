// The fields of a form for an integration of some type.
import type { FormValues, KindField } from "../stores/integration-kinds";
import { Check, Select, TextArea, TextField } from "./fields";

interface Props {
  fields: readonly KindField[];
  values: FormValues;
  onChange: (values: FormValues) => void;
}

export function KindFields({ fields, values, onChange }: Props) {
  const set = (name: string, value: string | boolean): void => onChange({ ...values, [name]: value });
  const texts = fields.filter((one) => one.input !== "check" && one.input !== "lines");
  return (
    <>
      {texts.length > 0 && <div class="fields-pair">{texts.map((one) => <OneField key={one.name} field={one} value={values[one.name] ?? ""} onChange={(value) => set(one.name, value)} />)}</div>}
      {fields.filter((one) => !texts.includes(one)).map((one) => (
        <OneField key={one.name} field={one} value={values[one.name] ?? ""} onChange={(value) => set(one.name, value)} />
      ))}
    </>
  );
}

const STYLES = [["", "Not set"], ["button", "Button"], ["tab", "Tab"]] as const;

function OneField({ field, value, onChange }: { field: KindField; value: string | boolean; onChange: (value: string | boolean) => void }) {
  if (field.input === "check") return <Check label={field.label} checked={value === true} onChange={onChange} />;
  const common = { label: field.label, value: String(value), hint: field.hint, placeholder: field.placeholder, onInput: onChange };
  if (field.input === "style") return <Select label={field.label} value={String(value)} choices={field.required ? STYLES.slice(1) : STYLES} onChange={onChange} />;
  if (field.input === "lines") return <TextArea {...common} mono rows={3} />;
  return <TextField {...common} required={field.required} type={field.input === "number" ? "number" : "text"} />;
}
