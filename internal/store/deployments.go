package store

import (
	"context"

	"berth/scheduler"
)

// The store keeps the state of a deployment as a text; its meaning is known to the sync of deployments alone.

const deploymentColumns = `SELECT request, number, system, over, revision, document FROM deployments `

func deploymentRow(s scan) (t scheduler.DeploymentTie, err error) {
	var over int64
	err = s(&t.Request, &t.Number, &t.System, &over, &t.Revision, &t.State)
	t.Over = over == 1
	return t, err
}

// Deployment returns what ties a request to an orchestrator, whether it is over or not; one with Revision 0 if there never was any.
func (s *Store) Deployment(ctx context.Context, request string) (t scheduler.DeploymentTie, err error) {
	err = s.View(ctx, func(tx scheduler.Reader) error {
		t, err = one(ctx, tx.(*reader).tx, "deployment", deploymentRow, deploymentColumns+`WHERE request = $1`, request)
		if scheduler.CodeOf(err) == scheduler.CodeNotFound {
			t, err = scheduler.DeploymentTie{}, nil
		}
		return err
	})
	return t, err
}

// Deployments lists the ties to an orchestrator that are not over, by the numbers of their requests; with an empty name, those to any.
func (s *Store) Deployments(ctx context.Context, system string, after int64, limit int) (list []scheduler.DeploymentTie, err error) {
	err = s.View(ctx, func(tx scheduler.Reader) error {
		list, err = all(ctx, tx.(*reader).tx, deploymentRow, deploymentColumns+`WHERE ($1 = '' OR system = $1) AND over = 0 AND number > $2 ORDER BY number LIMIT $3`, system, after, limit)
		return err
	})
	return list, err
}

// PutDeployment stores a tie and returns it with its next revision. It refuses a caller that has not seen the stored one.
func (s *Store) PutDeployment(ctx context.Context, t scheduler.DeploymentTie) (scheduler.DeploymentTie, error) {
	next := t
	next.Revision++
	over := int64(0)
	if t.Over {
		over = 1
	}
	err := s.Change(ctx, nil, func(tx scheduler.Tx) error {
		w := tx.(*writer)
		query, args := `UPDATE deployments SET number = $2, system = $3, over = $4, revision = $5, document = $6 WHERE request = $1 AND revision = $7`,
			[]any{t.Request, t.Number, t.System, over, next.Revision, t.State, t.Revision}
		if t.Revision == 0 {
			query, args = `INSERT INTO deployments (request, number, system, over, revision, document) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (request) DO NOTHING`, args[:6]
		}
		n, err := w.exec(ctx, "deployment", query, args...)
		if err == nil && n == 0 {
			err = scheduler.Errorf(scheduler.CodePrecondition, "the deployment of request #%d was changed in between", t.Number)
		}
		return err
	})
	return next, err
}
