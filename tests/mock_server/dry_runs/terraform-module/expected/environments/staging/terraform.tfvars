environment = "staging"
region      = "europe-west1"
cidrs       = ["10.1.0.0/16"]
