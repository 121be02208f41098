module "private_network" {
  source = "../.."

  project_id = "changeme"
  admin_token = "changeme"
}
