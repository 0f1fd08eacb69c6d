variable "baseline" {
  type        = string
  default     = "debian12-cis-l1-server"
  description = "Name of a shipped baseline, or the path of a baseline file."
  validation {
    condition     = length(var.baseline) > 0
    error_message = "The baseline must not be empty."
  }
}

variable "image" {
  type        = string
  default     = "debian12-cis"
  description = "Name of the image: it starts the names of the output and of the evidence directory."
  validation {
    condition     = var.image != "" && regex_replace(var.image, "^[a-z0-9][a-z0-9._-]{0,62}$", "") == ""
    error_message = "The image name must be 1 to 63 of a-z, 0-9, dot, underscore and hyphen, beginning with a letter or digit."
  }
}

variable "base_image" {
  type        = string
  description = "Path of the qcow2 the build starts from. It is only read."
  validation {
    condition     = var.base_image != "" && regex_replace(var.base_image, "^.+\\.(qcow2|img)$", "") == ""
    error_message = "The base_image must be the path of a qcow2 file."
  }
}

variable "base_checksum" {
  type        = string
  default     = "none"
  description = "Checksum of the base image as Packer writes it, such as sha256:<hex>; none trusts the file."
  validation {
    condition     = var.base_checksum == "none" || regex_replace(var.base_checksum, "^sha256:[0-9a-f]{64}$", "") == ""
    error_message = "The base_checksum must be none, or sha256: and 64 hexadecimal digits."
  }
}

variable "seed_dir" {
  type        = string
  description = "Directory made by packer/make-seed.sh: the builder user's key and the cloud-init seed that lets it in."
  validation {
    condition     = length(var.seed_dir) > 0
    error_message = "The seed_dir must not be empty: make one with packer/make-seed.sh."
  }
}

variable "cupel" {
  type        = string
  default     = "dist/cli/main.js"
  description = "Path of cupel's main.js, which node runs."
  validation {
    condition     = length(var.cupel) > 0
    error_message = "The cupel path must not be empty."
  }
}

variable "evidence_dir" {
  type        = string
  default     = "artifacts"
  description = "Directory that gets one evidence directory per build."
}

variable "output_dir" {
  type        = string
  default     = "output"
  description = "Directory that gets one image directory per build; nothing is left in it when a build fails."
}

variable "run" {
  type        = string
  default     = env("PACKER_RUN_UUID")
  description = "Identifies this build in names and in the evidence. Packer's own run UUID unless given."
  validation {
    condition     = var.run != "" && regex_replace(var.run, "^[A-Za-z0-9][A-Za-z0-9-]{5,63}$", "") == ""
    error_message = "The run must be 6 to 64 letters, digits and hyphens."
  }
}

variable "accelerator" {
  type        = string
  default     = "kvm"
  description = "How QEMU runs the machine: kvm, or tcg (emulation, many times slower) where KVM does not work."
  validation {
    condition     = contains(["kvm", "tcg"], var.accelerator)
    error_message = "The accelerator must be kvm or tcg."
  }
}

variable "cpus" {
  type        = number
  default     = 2
  description = "Virtual CPUs."
  validation {
    condition     = var.cpus >= 1 && var.cpus <= 64
    error_message = "The number of cpus must be between 1 and 64."
  }
}

variable "memory" {
  type        = number
  default     = 2560
  description = "Memory in MiB. A scan needs about 450 of it at its peak."
  validation {
    condition     = var.memory >= 1536
    error_message = "The memory must be at least 1536 MiB."
  }
}

variable "disk_size" {
  type        = string
  default     = "8192M"
  description = "Size of the image's disk; the root file system grows to it at boot."
  validation {
    condition     = var.disk_size != "" && regex_replace(var.disk_size, "^[0-9]+[MG]$", "") == ""
    error_message = "The disk_size must be a number followed by M or G."
  }
}

variable "ssh_timeout" {
  type        = string
  default     = "20m"
  description = "How long the machine may take to its first login. Emulated machines are slow."
  validation {
    condition     = var.ssh_timeout != "" && regex_replace(var.ssh_timeout, "^([0-9]+[hms])+$", "") == ""
    error_message = "The ssh_timeout must be a duration such as 20m or 1h30m."
  }
}

variable "console_log" {
  type        = string
  default     = "/dev/null"
  description = "File that gets the machine's serial console, for builds that do not come up."
}
