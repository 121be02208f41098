export const date_range_picker = {
  "scope": "@acme",
  "name": "date-range-picker",
  "identifier": "date_range_picker",
  "dependencies": [
    "@acme/buttons",
    "@acme/calendar",
    "@acme/icons"
  ],
  "owner": {
    "kind": "group",
    "namespace": "default",
    "name": "team-web"
  }
};
