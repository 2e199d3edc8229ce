import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { Playground } from './screens/playground.tsx';
import './styles/index.css';

const page = document.getElementById('page');
if (page !== null)
  createRoot(page).render(
    <StrictMode>
      <Playground />
    </StrictMode>,
  );
