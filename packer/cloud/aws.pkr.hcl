# AWS: one encrypted AMI in one region. `cupel publish aws` binds, tags, copies and shares it.

variable "aws_region" {
  type        = string
  default     = "eu-central-1"
  description = "Region that the AMI is built and registered in."
}

variable "aws_instance_type" {
  type        = string
  default     = ""
  description = "Instance type of the builder. t3.medium or t4g.medium unless given; a scan needs about 450 MB."
}

variable "aws_subnet" {
  type        = string
  default     = ""
  description = "Subnet of the builder; the default VPC unless given."
}

variable "aws_ssh_interface" {
  type        = string
  default     = "public_ip"
  description = "How Packer reaches the builder: public_ip, private_ip, public_dns, private_dns or session_manager (needs aws_instance_profile)."
  validation {
    condition     = contains(["public_ip", "private_ip", "public_dns", "private_dns", "session_manager"], var.aws_ssh_interface)
    error_message = "The aws_ssh_interface must be public_ip, private_ip, public_dns, private_dns or session_manager."
  }
}

variable "aws_instance_profile" {
  type        = string
  default     = ""
  description = "IAM instance profile of the builder, with AmazonSSMManagedInstanceCore for session_manager; none unless given."
}

variable "aws_ssh_cidrs" {
  type        = list(string)
  default     = []
  description = "Networks that may reach the builder's SSH port: those that Packer runs in. Any unless given, with the key alone in between."
}

variable "aws_kms_key" {
  type        = string
  default     = ""
  description = "KMS key that encrypts the AMI; the account's default EBS key unless given. Sharing with other accounts needs one."
}

variable "aws_volume_size" {
  type        = number
  default     = 10
  description = "Size of the root volume in GiB."
  validation {
    condition     = var.aws_volume_size >= 8
    error_message = "The aws_volume_size must be at least 8 GiB."
  }
}

variable "aws_endpoint" {
  type        = string
  default     = ""
  description = "EC2 endpoint other than AWS's own, such as a VPC endpoint or a stand-in for tests."
}

locals {
  aws_types = { amd64 = "t3.medium", arm64 = "t4g.medium" }
  aws_arch  = { amd64 = "x86_64", arm64 = "arm64" }
  aws_root  = { debian12 = "/dev/xvda", debian13 = "/dev/xvda", al2023 = "/dev/xvda" }
  aws_tags = {
    Name           = local.name
    "cupel:image"  = local.image
    "cupel:run"    = var.run
    "cupel:source" = var.distribution
  }
}

source "amazon-ebs" "golden" {
  region              = var.aws_region
  custom_endpoint_ec2 = var.aws_endpoint
  # A stand-in knows neither instance metadata nor STS.
  skip_metadata_api_check    = var.aws_endpoint != ""
  skip_credential_validation = var.aws_endpoint != ""
  skip_region_validation     = var.aws_endpoint != ""

  source_ami_filter {
    filters = {
      name                = local.source.filter[var.architecture]
      architecture        = local.aws_arch[var.architecture]
      root-device-type    = "ebs"
      virtualization-type = "hvm"
      state               = "available"
    }
    owners      = [local.source.owner]
    most_recent = true
  }

  instance_type        = var.aws_instance_type == "" ? local.aws_types[var.architecture] : var.aws_instance_type
  subnet_id            = var.aws_subnet
  iam_instance_profile = var.aws_instance_profile
  ebs_optimized        = true
  shutdown_behavior    = "terminate"

  ssh_interface                         = var.aws_ssh_interface
  ssh_username                          = local.source.user
  ssh_port                              = var.ssh_port
  ssh_timeout                           = var.ssh_timeout
  ssh_handshake_attempts                = 100
  ssh_clear_authorized_keys             = false # done by cupel, with everything else of the build
  ssh_disable_agent_forwarding          = true
  temporary_security_group_source_cidrs = var.aws_ssh_cidrs

  launch_block_device_mappings {
    device_name           = lookup(local.aws_root, var.distribution, "/dev/sda1")
    volume_size           = var.aws_volume_size
    volume_type           = "gp3"
    iops                  = 3000 # the least that gp3 has; Packer 1.6 wants both named
    throughput            = 125
    encrypted             = true
    kms_key_id            = var.aws_kms_key
    delete_on_termination = true
  }

  ami_name        = local.name
  ami_description = "${local.image}, hardened to ${local.baseline} by Cupel, run ${var.run}"
  encrypt_boot    = true
  kms_key_id      = var.aws_kms_key
  ena_support     = true

  tags            = local.aws_tags
  snapshot_tags   = local.aws_tags
  run_tags        = local.aws_tags
  run_volume_tags = local.aws_tags
}
