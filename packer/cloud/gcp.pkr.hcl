# Google Cloud: one image in one project. `cupel publish gcp` binds, labels, deprecates and shares it.

variable "gcp_project" {
  type        = string
  default     = "unset"
  description = "Project that the image is built and stored in."
}

variable "gcp_zone" {
  type        = string
  default     = "europe-west3-a"
  description = "Zone of the builder."
}

variable "gcp_machine_type" {
  type        = string
  default     = ""
  description = "Machine type of the builder. e2-medium or t2a-standard-1 unless given; a scan needs about 450 MB."
}

variable "gcp_network" {
  type        = string
  default     = ""
  description = "Network of the builder; the project's default network unless given."
}

variable "gcp_subnetwork" {
  type        = string
  default     = ""
  description = "Subnetwork of the builder, needed in networks without automatic ones."
}

variable "gcp_use_iap" {
  type        = bool
  default     = false
  description = "Reach the builder through Identity-Aware Proxy instead of a public address."
}

variable "gcp_account_file" {
  type        = string
  default     = ""
  description = "Service account file; the environment's default credentials (workload identity in CI) unless given."
}

variable "gcp_image_family" {
  type        = string
  default     = ""
  description = "Family of the finished image. None unless given: `cupel publish gcp` puts verified images into their family."
}

variable "gcp_disk_size" {
  type        = number
  default     = 10
  description = "Size of the disk in GB."
  validation {
    condition     = var.gcp_disk_size >= 10
    error_message = "The gcp_disk_size must be at least 10 GB."
  }
}

locals {
  gcp_types = { amd64 = "e2-medium", arm64 = "t2a-standard-1" }
}

source "googlecompute" "golden" {
  project_id   = var.gcp_project
  account_file = var.gcp_account_file
  zone         = var.gcp_zone
  machine_type = var.gcp_machine_type == "" ? local.gcp_types[var.architecture] : var.gcp_machine_type
  network      = var.gcp_network
  subnetwork   = var.gcp_subnetwork
  use_iap      = var.gcp_use_iap
  # Without a public address where nobody would use it.
  omit_external_ip = var.gcp_use_iap
  use_internal_ip  = var.gcp_use_iap

  source_image_family     = local.source.family[var.architecture]
  source_image_project_id = [local.source.project]
  instance_name           = "cupel-${var.run}"
  disk_name               = "cupel-${var.run}"
  disk_size               = var.gcp_disk_size
  disk_type               = "pd-ssd"

  # The builder belongs to nobody's service account: it has no rights in the project.
  disable_default_service_account = true
  enable_secure_boot              = true
  enable_vtpm                     = true
  enable_integrity_monitoring     = true

  ssh_username                 = "packer"
  ssh_port                     = var.ssh_port
  ssh_timeout                  = var.ssh_timeout
  ssh_handshake_attempts       = 100
  ssh_clear_authorized_keys    = false # done by cupel, with everything else of the build
  ssh_disable_agent_forwarding = true

  image_name        = local.name
  image_family      = var.gcp_image_family
  image_description = "${local.image}, hardened to ${local.baseline} by Cupel, run ${var.run}"
  image_labels = {
    cupel-image = local.image
    cupel-run   = var.run
  }
}
