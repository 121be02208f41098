environment = "production"
region      = "europe-west4"
cidrs       = ["10.2.0.0/16", "10.3.0.0/16"]
