export const SETTINGS_TABS = [
  { value: "keys", label: "API keys" },
  { value: "providers", label: "Providers" },
  { value: "prices", label: "Prices" },
  { value: "storage", label: "Storage" },
  { value: "notifications", label: "Notifications" },
] as const;
export type SettingsTab = (typeof SETTINGS_TABS)[number]["value"];

export function isSettingsTab(value: string): value is SettingsTab {
  return SETTINGS_TABS.some((tab) => tab.value === value);
}
