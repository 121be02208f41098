variable "project_id" {
  type        = string
  description = "The project id."
}

variable "nat_ips" {
  type        = number
  description = "How many \"static\" addresses to keep."
  default     = 0
}

variable "flow_logs" {
  type        = bool
  description = "The flow logs."
  default     = false
}

variable "admin_token" {
  type        = string
  description = "The admin token."
  sensitive   = true
}

