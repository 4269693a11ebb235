/** What an installation of the controller sets for analysis. */
export interface AnalysisOptions {
  /** ARGO_ROLLOUTS_PROMETHEUS_ADDRESS: the Prometheus of metrics that name none. */
  prometheusAddress?: string;
}
