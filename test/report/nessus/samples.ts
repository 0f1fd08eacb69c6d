/** Compliance exports as Nessus writes them, by hand after Tenable's description of the format and what MITRE's mapper reads. */
export interface Check {
  name: string;
  result: string;
  actual?: string;
}

export const version = '1.1.0';

/** @param benchmark its version; '' for an export of an older Nessus, which names none */
export function item({ name, result, actual = '' }: Check, benchmark = version): string {
  const escaped = (text: string): string => text.replace(/&/g, '&amp;').replace(/</g, '&lt;');
  return `<ReportItem port="0" svc_name="general" protocol="tcp" severity="${result === 'PASSED' ? 0 : 3}" pluginID="21157" pluginName="Unix Compliance Checks" pluginFamily="Policy Compliance">
<agent>unix</agent>
<compliance>true</compliance>
<fname>unix_compliance_check.nbin</fname>
<plugin_modification_date>2026/10/05</plugin_modification_date>
<plugin_name>Unix Compliance Checks</plugin_name>
<plugin_publication_date>2006/03/27</plugin_publication_date>
<plugin_type>local</plugin_type>
<risk_factor>None</risk_factor>
<script_version>$Revision: 1.893 $</script_version>
<cm:compliance-check-name>${escaped(name)}</cm:compliance-check-name>
<cm:compliance-check-id>c4cf7cac55c13209c2e8f3d674710c2342bfb9c1e78cbe38249b5e449df95cd8</cm:compliance-check-id>
<cm:compliance-actual-value>${escaped(actual)}</cm:compliance-actual-value>
<cm:compliance-source>https://workbench.cisecurity.org/benchmarks/18959</cm:compliance-source>
<cm:compliance-audit-file>CIS_Debian_Linux_12_v1.1.0_L1_Server.audit</cm:compliance-audit-file>
<cm:compliance-policy-value>expect: ^yes$</cm:compliance-policy-value>
<cm:compliance-functional-id>bbbf74ae39</cm:compliance-functional-id>
<cm:compliance-uname>Linux golden 6.1.0-0-amd64</cm:compliance-uname>
<cm:compliance-info>What it is, and why.</cm:compliance-info>
<cm:compliance-result>${result}</cm:compliance-result>
${benchmark === '' ? '' : `<cm:compliance-benchmark-version>${benchmark}</cm:compliance-benchmark-version>
<cm:compliance-benchmark-profile>L1 Server</cm:compliance-benchmark-profile>
<cm:compliance-benchmark-name>CIS Debian Linux 12</cm:compliance-benchmark-name>`}
<cm:compliance-reference>800-171|3.1.1,800-53|AC-3,CSCv8|3.3,LEVEL|1A</cm:compliance-reference>
<cm:compliance-solution>Do it.</cm:compliance-solution>
<cm:compliance-see-also>https://workbench.cisecurity.org/benchmarks/18959</cm:compliance-see-also>
<description>"${escaped(name)}" : [${result}]</description>
</ReportItem>`;
}

/** What vulnerability plugins say, which is most of an export and nothing of ours. */
export const vulnerability = `<ReportItem port="443" svc_name="www" protocol="tcp" severity="2" pluginID="51192" pluginName="SSL Certificate Cannot Be Trusted" pluginFamily="General">
<description>The X.509 certificate cannot be trusted.</description><plugin_output>${'x'.repeat(2000)}</plugin_output></ReportItem>`;

export function host(name: string, items: string): string {
  return `<ReportHost name="${name}"><HostProperties><tag name="HOST_START">Mon Nov 23 16:05:59 2026</tag><tag name="host-ip">192.0.2.7</tag></HostProperties>${items}</ReportHost>`;
}

export function nessus(hosts: string): string {
  return `<?xml version="1.0" ?>
<NessusClientData_v2>
<Policy><policyName>CIS Debian 12</policyName><Preferences><ServerPreferences><preference><name>TARGET</name><value>192.0.2.7</value></preference></ServerPreferences></Preferences></Policy>
<Report name="Golden images" xmlns:cm="http://www.nessus.org/cm">
${hosts}
</Report>
</NessusClientData_v2>
`;
}
