terraform {
  backend "s3" { key = "${{ values.environment }}" }
}
