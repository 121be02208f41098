# Not a template: Terraform's own interpolation and directives stay as they are.
locals {
  tags    = { for key, value in var.tags : lower(key) => "${value}" }
  motto   = "%{ if var.enabled }on%{ else }off%{ endif }"
  literal = "$${{ escaped }} {% for ever %}"
}
