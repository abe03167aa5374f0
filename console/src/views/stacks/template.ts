// What a template asks for before a stack can be made of it, and the request that is made of the answers.
export interface DeclaredParameter {
  ParameterKey: string;
  DefaultValue?: string;
  ParameterType?: string;
  NoEcho?: boolean;
  Description?: string;
  ParameterConstraints?: { AllowedValues?: string[] };
}

export interface TemplateSummary {
  Description?: string;
  Parameters?: DeclaredParameter[];
  Capabilities?: string[];
  CapabilitiesReason?: string;
  ResourceTypes?: string[];
}

export type TemplateSource = { TemplateBody: string } | { TemplateURL: string };

export interface Answers {
  name: string;
  values: Record<string, string>; // only what was typed: the template's defaults stay the template's
  acknowledged: string[];
  keepOnFailure: boolean;
}

export const meaning: Record<string, string> = {
  CAPABILITY_IAM: 'it makes IAM users, roles or policies',
  CAPABILITY_NAMED_IAM: 'it makes IAM users, roles or policies under names that it chooses',
  CAPABILITY_AUTO_EXPAND: 'it contains macros or nested stacks with such',
};

// What is wrong with the answers, by field; empty: a stack can be made.
export function faults(summary: TemplateSummary, answers: Answers): Record<string, string> {
  const found: Record<string, string> = {};
  if (!/^[A-Za-z][A-Za-z0-9-]{0,127}$/.test(answers.name)) {
    found.name = 'A letter first, then letters, digits and hyphens; at most 128.';
  }
  for (const { ParameterKey, ParameterType, DefaultValue } of summary.Parameters ?? []) {
    const value = answers.values[ParameterKey] ?? DefaultValue;
    if (value === undefined) found[`parameter:${ParameterKey}`] = 'The template has no default for this.';
    else if (ParameterType === 'Number' && (value.trim() === '' || Number.isNaN(Number(value)))) {
      found[`parameter:${ParameterKey}`] = 'This must be a number.';
    }
  }
  for (const capability of summary.Capabilities ?? []) {
    if (!answers.acknowledged.includes(capability)) found[`capability:${capability}`] = 'This must be acknowledged.';
  }
  return found;
}

export function createInput(source: TemplateSource, answers: Answers) {
  return {
    ...source,
    StackName: answers.name,
    Parameters: Object.entries(answers.values).map(([ParameterKey, ParameterValue]) => ({ ParameterKey, ParameterValue })),
    Capabilities: answers.acknowledged,
    DisableRollback: answers.keepOnFailure,
  };
}
