// Command read loads files of deploy as the programs that get them do, and fails with what they would refuse:
//
//	read compose FILE   prints the project of a compose file, its variables filled in, as JSON
//	read operator FILE  a ServiceMonitor or a PrometheusRule; a field that Prometheus Operator does not know is an error
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/compose-spec/compose-go/v2/cli"
	monitoring "github.com/prometheus-operator/prometheus-operator/pkg/apis/monitoring/v1"
	"sigs.k8s.io/yaml"
)

func main() {
	if len(os.Args) != 3 {
		fail(fmt.Errorf("usage: read compose|operator FILE"))
	}
	kind, file := os.Args[1], os.Args[2]
	switch kind {
	case "compose":
		fail(compose(file))
	case "operator":
		fail(operator(file))
	default:
		fail(fmt.Errorf("unknown kind %q", kind))
	}
}

func compose(file string) error {
	options, err := cli.NewProjectOptions([]string{file}, cli.WithOsEnv, cli.WithName("plenum"))
	if err != nil {
		return err
	}
	project, err := options.LoadProject(context.Background())
	if err != nil {
		return err
	}
	text, err := project.MarshalJSON()
	if err != nil {
		return err
	}
	fmt.Println(string(text))
	return nil
}

func operator(file string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	var head struct {
		Kind string `json:"kind"`
	}
	if err := yaml.Unmarshal(text, &head); err != nil {
		return err
	}
	switch head.Kind {
	case "ServiceMonitor":
		return yaml.UnmarshalStrict(text, &monitoring.ServiceMonitor{})
	case "PrometheusRule":
		return yaml.UnmarshalStrict(text, &monitoring.PrometheusRule{})
	}
	return fmt.Errorf("no kind of Prometheus Operator: %q", head.Kind)
}

func fail(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
